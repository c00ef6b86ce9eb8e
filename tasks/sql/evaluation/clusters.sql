-- Reads audience, observed. Writes cluster_sum: intention to treat, so everyone drawn counts, reached or not.
-- Grain: one row per household and arm. m = observed units, y = the sum of their outcomes, in the unit of analysis.
CREATE OR REPLACE TEMP TABLE cluster_sum AS
WITH drawn AS (
    -- A person of several waves counts once, and as treated where any wave treats.
    SELECT person_key, min(household_key) AS household_key, max(arm) AS arm, arg_min(segment, wave) AS segment
    FROM audience
    WHERE run = $run AND arm IS NOT NULL
    GROUP BY person_key
), valued AS (
    SELECT
        drawn.person_key, drawn.household_key, drawn.arm, drawn.segment,
        coalesce(by_person.value, by_household.value) AS value
    FROM drawn
    LEFT JOIN observed AS by_person ON by_person.unit = 'person' AND drawn.person_key = by_person.unit_key
    LEFT JOIN observed AS by_household
        ON by_household.unit = 'household' AND drawn.household_key = by_household.unit_key
)
SELECT
    household_key, arm,
    -- The stratum of a household is that of its first member, as in the draw, also where the arms share a household.
    arg_min(arg_min(segment, person_key), min(person_key)) OVER (PARTITION BY household_key) AS segment,
    count(*) AS persons,
    count(value) AS observed_persons,
    CASE WHEN $unit = 'household' THEN least(count(value), 1) ELSE count(value) END AS m,
    coalesce(CASE WHEN $unit = 'household' THEN avg(value) ELSE sum(value) END, 0) AS y
FROM valued
GROUP BY household_key, arm
