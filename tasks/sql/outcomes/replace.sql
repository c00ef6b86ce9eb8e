-- Reads judged_outcome. Deletes the rows of outcome that the file observes anew: same run, unit, outcome and day.
DELETE FROM outcome
USING judged_outcome AS judged
WHERE judged.reason IS NULL AND outcome.run = $run AND outcome.unit = $unit AND outcome.unit_key = judged.unit_key
    AND outcome.outcome = judged.outcome AND outcome.observed_on = judged.observed_on
