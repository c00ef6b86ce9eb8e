-- Reads approached, trait, person. Writes drawn_person: one row per person of the experiment, told apart by its number and
-- not by long keys, with what was known of it before. cluster = the lowest number of what was drawn as one; the household
-- in runs drawn before clusters were kept. other_household is null where the cluster is the household.
CREATE OR REPLACE TEMP TABLE drawn_person AS
WITH cluster AS (
    SELECT cluster_key, min(number) AS cluster FROM approached GROUP BY cluster_key
)
SELECT
    approached.number, approached.person_key, approached.household_key,
    nullif(approached.household_key, approached.cluster_key) AS other_household,
    -- Where areas were drawn, results of whole areas are results of the experiment.
    CASE WHEN $by_area THEN approached.cluster_key END AS area,
    cluster.cluster, approached.arm, approached.segment, approached.kind, approached."language", person.district,
    trait.* EXCLUDE (person_key)
FROM approached
INNER JOIN cluster ON approached.cluster_key = cluster.cluster_key
LEFT JOIN person ON approached.kind = person.kind AND approached.person_key = person.person_key
LEFT JOIN trait ON approached.person_key = trait.person_key;

DROP TABLE approached;
