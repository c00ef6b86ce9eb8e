-- Reads audience. Writes approached: one row per person of the experiment, whom one wave ($wave) alone was drawn for.
CREATE OR REPLACE TEMP TABLE approached AS
SELECT
    rowid AS number, person_key, household_key, coalesce(cluster_key, household_key) AS cluster_key, arm, segment, kind,
    "language"
FROM audience
WHERE run = $run AND wave = $wave AND arm IS NOT NULL
