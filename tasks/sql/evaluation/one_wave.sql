-- Reads audience. Writes the macro approached: one row per person of the experiment, whom one wave alone was drawn for. As in
-- people.sql, hashes stand for the long keys.
CREATE OR REPLACE TEMP MACRO approached(drawn_run, drawn_wave, by_area) AS TABLE
SELECT
    rowid AS number, hash(person_key) AS person, left(person_key, 12) AS person_start, hash(household_key) AS household,
    hash(coalesce(cluster_key, household_key)) AS cluster,
    CASE WHEN by_area THEN cluster_key END AS area_name,
    arm, segment, hash(kind, person_key) AS registered, "language"
FROM audience
WHERE run = drawn_run AND wave = drawn_wave AND arm IS NOT NULL
