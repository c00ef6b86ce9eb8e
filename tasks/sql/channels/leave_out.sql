-- Reads candidate, assignment. Writes audience.excluded_reason of persons whom the plan gives no channel; their arm
-- stays, so that the comparison with the control group stays whole.
UPDATE audience
SET excluded_reason = CASE WHEN candidate.options = '' THEN 'unreachable' ELSE 'over_budget' END
FROM candidate
ANTI JOIN (SELECT person_key FROM assignment WHERE run = $run AND wave = $wave) AS assigned
    ON candidate.person_key = assigned.person_key
WHERE audience.run = $run AND audience.wave = $wave AND audience.person_key = candidate.person_key
