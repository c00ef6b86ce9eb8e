-- Reads audience, contact_point, person. Writes the temporary tables eligible, contact and label.
-- eligible: one row per person that the draw is about, numbered in the order of the keys, so that what follows compares
-- whole numbers.
CREATE OR REPLACE TEMP TABLE eligible AS
SELECT person_key, segment, row_number() OVER (ORDER BY person_key) AS number
FROM (
    SELECT person_key, arg_min(segment, list_position($waves::VARCHAR[], wave)) AS segment
    FROM audience
    WHERE run = $run AND list_contains($waves::VARCHAR[], wave) AND excluded_reason IS NULL
    GROUP BY person_key
);

-- contact: each person beside the first person (anchor) of a household, address or child that both share.
CREATE OR REPLACE TEMP TABLE contact AS
WITH point AS MATERIALIZED (
    SELECT eligible.number, 'household:' || audience.household_key AS point
    FROM audience
    INNER JOIN eligible ON audience.person_key = eligible.person_key
    WHERE audience.run = $run AND list_contains($waves::VARCHAR[], audience.wave) AND $by_household
    UNION ALL
    SELECT eligible.number, contact_point.address_key
    FROM contact_point
    INNER JOIN eligible ON contact_point.person_key = eligible.person_key
    WHERE list_contains($shared_kinds::VARCHAR[], contact_point.address_kind)
    UNION ALL
    SELECT eligible.number, 'child:' || unnest(string_split(guardian.guardian_of, ','))
    FROM person AS guardian
    INNER JOIN eligible ON guardian.person_key = eligible.person_key
    WHERE $both_guardians AND guardian.guardian_of <> ''
    UNION ALL
    SELECT number, 'child:' || person_key FROM eligible WHERE $both_guardians
)

SELECT DISTINCT point.number, shared.anchor
FROM point
INNER JOIN (
    SELECT point, min(number) AS anchor FROM point GROUP BY point HAVING min(number) <> max(number)
) AS shared
    ON point.point = shared.point;

-- label: each of them with the first cluster it is known to belong to.
CREATE OR REPLACE TEMP TABLE label AS SELECT number, min(anchor) AS cluster FROM contact GROUP BY number;
