-- Reads contact_point, suppression. Writes the temporary table reach.
-- One row per register and person with a usable address: the kinds of address among those of the brief's channels,
-- joined by plus signs. An address that bounced is not usable; the person may still be reached another way.
-- Kinds are gathered as bits and named once per combination: joining names for each person takes ten times as long.
CREATE OR REPLACE TEMP TABLE reach AS
WITH gathered AS (
    SELECT
        contact_point.kind,
        contact_point.person_key,
        bit_or((1 << (list_position($address_kinds::VARCHAR[], contact_point.address_kind) - 1))::INTEGER) AS kinds
    FROM contact_point
    ANTI JOIN (SELECT subject_key FROM suppression WHERE reason = 'bounce') AS bounced
        ON contact_point.address_key = bounced.subject_key
    WHERE list_contains($address_kinds::VARCHAR[], contact_point.address_kind)
    GROUP BY contact_point.kind, contact_point.person_key
),

combination AS (
    SELECT
        kinds,
        array_to_string(
            list_sort(list_filter($address_kinds::VARCHAR[], lambda name, position: kinds & (1 << (position - 1)) > 0)),
            '+'
        ) AS reach
    FROM (SELECT DISTINCT kinds FROM gathered)
)

SELECT gathered.kind, gathered.person_key, combination.reach
FROM gathered
INNER JOIN combination ON gathered.kinds = combination.kinds
