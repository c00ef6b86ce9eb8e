-- Reads audience, observed. Writes cluster_sum: intention to treat, so everyone drawn counts, reached or not.
-- Grain: one row per cluster and arm. A cluster is what was drawn as one, so that draw and analysis agree; the household
-- in runs drawn before clusters were kept. m = observed units, y = the sum of their outcomes, in the unit of analysis.
CREATE OR REPLACE TEMP TABLE cluster_sum AS
WITH drawn AS (
    -- A person of several waves counts once, and as treated where any wave treats.
    SELECT
        person_key, min(household_key) AS household_key, min(coalesce(cluster_key, household_key)) AS cluster_key,
        max(arm) AS arm, arg_min(segment, wave) AS segment
    FROM audience
    WHERE run = $run AND arm IS NOT NULL
    GROUP BY person_key
), valued AS (
    SELECT
        drawn.person_key, drawn.household_key, drawn.cluster_key, drawn.arm, drawn.segment,
        coalesce(by_person.value, by_household.value) AS value
    FROM drawn
    LEFT JOIN observed AS by_person ON by_person.unit = 'person' AND drawn.person_key = by_person.unit_key
    LEFT JOIN observed AS by_household
        ON by_household.unit = 'household' AND drawn.household_key = by_household.unit_key
), household AS (
    SELECT
        cluster_key, household_key, arm, min(person_key) AS first_person, arg_min(segment, person_key) AS segment,
        count(*) AS persons, count(value) AS observed_persons, avg(value) AS mean, sum(value) AS total
    FROM valued
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
