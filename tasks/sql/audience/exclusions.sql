-- Reads member, person, contact_point, suppression, run, assignment, delivery. Writes the temporary table exclusion.
-- One row per person who must not be contacted, with the first reason that holds.
-- Protected identity covers the household and holds whichever register says so.
-- A suppressed address bars the person, except a bounce, which only bars the address (reach.sql).
-- Whether a message whose fate is unknown arrived, nobody knows: it counts as one that did.
CREATE OR REPLACE TEMP TABLE exclusion AS
WITH standing AS (
    SELECT person_key, household_key, protected, status
    FROM person
    WHERE protected OR list_contains($registers::VARCHAR[], kind) OR kind = 'population'
),

barred AS (
    SELECT subject_key FROM suppression
    WHERE purpose = 'all' OR list_contains($purposes::VARCHAR[], purpose)
),

barred_address AS (
    SELECT subject_key FROM suppression
    WHERE reason <> 'bounce' AND (purpose = 'all' OR list_contains($purposes::VARCHAR[], purpose))
),

told AS (
    SELECT assignment.person_key, assignment.wave, delivery.message_id, delivery.accepted_at, run.run, run.campaign
    FROM assignment
    INNER JOIN delivery ON assignment.run = delivery.run AND assignment.message_id = delivery.message_id
    INNER JOIN run ON assignment.run = run.run
    WHERE delivery.accepted_at IS NOT NULL OR delivery.status = 'unknown'
),

reasons AS (
    SELECT member.person_key, 1 AS precedence, 'protected' AS reason
    FROM member
    WHERE
        member.household_key IN (SELECT household_key FROM standing WHERE protected)
        OR member.person_key IN (SELECT person_key FROM standing WHERE protected)
    UNION ALL
    SELECT mate.person_key, 1, 'protected'
    FROM person AS mate
    SEMI JOIN (SELECT household_key FROM standing WHERE protected) AS household
        ON mate.household_key = household.household_key
    UNION ALL
    SELECT person_key, CASE status WHEN 'dead' THEN 2 WHEN 'emigrated' THEN 3 ELSE 4 END, status
    FROM standing
    WHERE status IN ('dead', 'emigrated', 'moved')
    UNION ALL
    SELECT subject_key, 5, 'suppressed' FROM barred
    UNION ALL
    SELECT contact_point.person_key, 5, 'suppressed'
    FROM contact_point
    SEMI JOIN barred_address ON contact_point.address_key = barred_address.subject_key
    WHERE list_contains($registers::VARCHAR[], contact_point.kind)
    UNION ALL
    SELECT person_key, 6, 'earlier_edition' FROM told
    WHERE campaign = $campaign AND run <> $run AND wave = $wave
    UNION ALL
    SELECT person_key, 7, 'contact_cap' FROM told
    WHERE coalesce(accepted_at, now()) > now() - INTERVAL 14 DAY
    GROUP BY person_key
    HAVING count(DISTINCT message_id) >= $contact_cap
)

SELECT reasons.person_key, arg_min(reasons.reason, reasons.precedence) AS reason
FROM reasons
SEMI JOIN member ON reasons.person_key = member.person_key
GROUP BY reasons.person_key
