-- Reads judged_outcome. Writes outcome: one row per unit, outcome and day; identical rows of the file become one.
INSERT INTO outcome BY NAME
SELECT DISTINCT
    $run AS run, $unit AS unit, unit_key, outcome, value, observed_on,
    now() AS imported_at
FROM judged_outcome
WHERE reason IS NULL
