-- Reads drawn_person. Writes cluster_sum: intention to treat, so everyone drawn counts, reached or not.
-- Grain: one row per cluster and arm. A cluster is what was drawn as one, so that draw and analysis agree; the household
-- in runs drawn before clusters were kept. m = observed units, y = the sum of their outcomes, in the unit of analysis.
CREATE OR REPLACE TEMP TABLE cluster_sum AS
WITH household AS (
    SELECT
        cluster_key, household_key, arm, min(person_key) AS first_person, arg_min(segment, person_key) AS segment,
        count(*) AS persons, count(value) AS observed_persons, avg(value) AS mean, sum(value) AS total
    FROM drawn_person
    GROUP BY cluster_key, household_key, arm
)
SELECT
    cluster_key, arm,
    -- The stratum of a cluster is that of its first member, as in the draw, also where the arms share a cluster.
    arg_min(arg_min(segment, first_person), min(first_person)) OVER (PARTITION BY cluster_key) AS segment,
    count(*) AS households,
    count(*) FILTER (WHERE observed_persons > 0) AS observed_households,
    sum(persons)::BIGINT AS persons,
    sum(observed_persons)::BIGINT AS observed_persons,
    CASE WHEN $unit = 'household' THEN count(mean) ELSE sum(observed_persons)::BIGINT END AS m,
    coalesce(CASE WHEN $unit = 'household' THEN sum(mean) ELSE sum(total) END, 0) AS y
FROM household
GROUP BY cluster_key, arm
