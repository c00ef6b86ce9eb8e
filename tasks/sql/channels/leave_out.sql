-- Reads candidate, planned_contact. Writes audience.excluded_reason of persons to whom the plan gives nothing in a wave;
-- their arm stays, so that the comparison with the control group stays whole.
UPDATE audience
SET excluded_reason = silent.reason
FROM (
    SELECT
        candidate.wave, candidate.person_key,
        CASE
            WHEN elsewhere.person_key IS NOT NULL THEN 'other_wave'
            WHEN candidate.options = '' THEN 'unreachable'
            ELSE 'over_budget'
        END AS reason
    FROM candidate
    ANTI JOIN planned_contact
        ON candidate.wave = planned_contact.wave AND candidate.person_key = planned_contact.person_key
    LEFT JOIN (SELECT DISTINCT person_key FROM planned_contact) AS elsewhere
        ON candidate.person_key = elsewhere.person_key
) AS silent
WHERE audience.run = $run AND audience.wave = silent.wave AND audience.person_key = silent.person_key
