-- Reads audience. Writes approached: one row per person of the experiment. A person of several waves counts once, and as
-- treated where any wave treats. In the order of persons, so that sums are the same each time.
CREATE OR REPLACE TEMP TABLE approached AS
SELECT
    min(rowid) AS number, person_key, min(household_key) AS household_key,
    min(coalesce(cluster_key, household_key)) AS cluster_key, max(arm) AS arm, arg_min(segment, wave) AS segment,
    min(kind) AS kind, min(language) AS language
FROM audience
WHERE run = $run AND arm IS NOT NULL
GROUP BY person_key
ORDER BY person_key
