-- Reads audience, contact_point, person. Writes the temporary tables eligible and label.
-- eligible: one row per person that the draw is about; label: the same, with the person as the first cluster.
CREATE OR REPLACE TEMP TABLE eligible AS
SELECT person_key, arg_min(segment, (list_position($waves::VARCHAR[], wave), segment)) AS segment
FROM audience
WHERE run = $run AND list_contains($waves::VARCHAR[], wave) AND excluded_reason IS NULL
GROUP BY person_key;

CREATE OR REPLACE TEMP TABLE contact AS
WITH point AS (
    SELECT audience.person_key, 'household:' || audience.household_key AS point
    FROM audience
    SEMI JOIN eligible ON audience.person_key = eligible.person_key
    WHERE audience.run = $run AND list_contains($waves::VARCHAR[], audience.wave) AND $by_household
    UNION
    SELECT contact_point.person_key, contact_point.address_key
    FROM contact_point
    SEMI JOIN eligible ON contact_point.person_key = eligible.person_key
    WHERE list_contains($shared_kinds::VARCHAR[], contact_point.address_kind)
    UNION
    SELECT guardian.person_key, 'child:' || unnest(string_split(guardian.guardian_of, ','))
    FROM person AS guardian
    SEMI JOIN eligible ON guardian.person_key = eligible.person_key
    WHERE $both_guardians AND guardian.guardian_of <> ''
    UNION
    SELECT person_key, 'child:' || person_key FROM eligible WHERE $both_guardians
)

SELECT person_key, point
FROM point
QUALIFY count(*) OVER (PARTITION BY point) > 1;

CREATE OR REPLACE TEMP TABLE label AS SELECT DISTINCT person_key, person_key AS cluster FROM contact;
