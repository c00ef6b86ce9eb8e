-- Reads member, person, contact_point, suppression, register_extract, told. Writes the temporary table exclusion.
-- One row per person who must not be contacted, with the first reason that holds.
-- Protected identity covers the household and holds whichever register says so.
-- A suppressed address bars the person, except a bounce, which only bars the address (reach.sql).
-- An objection, a withdrawn consent and any other wish are different things in law, so each is told.
CREATE OR REPLACE TEMP TABLE exclusion AS
WITH standing AS (
    SELECT person_key, household_key, protected, status
    FROM person
    WHERE protected OR list_contains($registers::VARCHAR[], kind) OR kind = 'population'
),

barred AS (
    SELECT
        subject_key, reason <> 'bounce' AS holds_for_sharers,
        CASE reason WHEN 'objection' THEN 5 WHEN 'consent_withdrawn' THEN 6 ELSE 7 END AS precedence,
        CASE reason WHEN 'objection' THEN 'objected' WHEN 'consent_withdrawn' THEN reason ELSE 'suppressed' END AS reason
    FROM suppression
    WHERE purpose = 'all' OR list_contains($purposes::VARCHAR[], purpose)
),

stale AS (
    SELECT extract.kind
    FROM register_extract AS extract
    INNER JOIN (SELECT unnest(map_entries($oldest::MAP(VARCHAR, INTEGER))) AS allowed)
        ON extract.kind = allowed.key AND date_diff('day', extract.extracted_on, $today::DATE) > allowed.value
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
    SELECT subject_key, precedence, reason FROM barred
    UNION ALL
    SELECT contact_point.person_key, barred.precedence, barred.reason
    FROM contact_point
    INNER JOIN barred ON contact_point.address_key = barred.subject_key AND barred.holds_for_sharers
    WHERE list_contains($registers::VARCHAR[], contact_point.kind)
    UNION ALL
    SELECT member.person_key, 8, 'no_consent'
    FROM member
    INNER JOIN person ON member.kind = person.kind AND member.person_key = person.person_key
    WHERE
        member.kind = 'subscribers'
        AND NOT coalesce(list_has_any(person.consent_purposes, $consent_purposes::VARCHAR[]), false)
    UNION ALL
    SELECT member.person_key, 9, 'stale_extract' FROM member SEMI JOIN stale ON member.kind = stale.kind
    UNION ALL
    SELECT person_key, 10, 'earlier_edition' FROM told WHERE campaign = $campaign AND wave = $wave
    UNION ALL
    SELECT person_key, 11, 'contact_cap' FROM member WHERE contacts_left = 0
)

SELECT reasons.person_key, arg_min(reasons.reason, reasons.precedence) AS reason
FROM reasons
SEMI JOIN member ON reasons.person_key = member.person_key
GROUP BY reasons.person_key
