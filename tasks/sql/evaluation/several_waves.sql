-- Reads audience. Writes the macro approached: one row per person of the experiment. A person of several waves counts once,
-- and as treated where any wave treats. In the order of persons, so that sums are the same each time. As in people.sql,
-- hashes stand for the long keys.
CREATE OR REPLACE TEMP MACRO approached(drawn_run, drawn_wave, by_area) AS TABLE
SELECT
    min(rowid) AS number, hash(person_key) AS person, left(person_key, 12) AS person_start,
    hash(min(household_key)) AS household, hash(min(coalesce(cluster_key, household_key))) AS cluster,
    min(CASE WHEN by_area THEN cluster_key END) AS area_name,
    max(arm) AS arm, arg_min(segment, wave) AS segment, hash(min(kind), person_key) AS registered,
    min("language") AS "language"
FROM audience
WHERE run = drawn_run AND arm IS NOT NULL
GROUP BY person_key
ORDER BY person_key
