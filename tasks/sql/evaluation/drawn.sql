-- Reads audience, observed. Writes drawn_person: one row per person of the experiment with the observed outcome, if any:
-- the person's own, else the household's. A person of several waves counts once, and as treated where any wave treats.
CREATE OR REPLACE TEMP TABLE drawn_person AS
WITH drawn AS (
    SELECT
        person_key, min(household_key) AS household_key, min(coalesce(cluster_key, household_key)) AS cluster_key,
        max(arm) AS arm, arg_min(segment, wave) AS segment, min(kind) AS kind, min(language) AS language
    FROM audience
    WHERE run = $run AND arm IS NOT NULL
    GROUP BY person_key
)
SELECT drawn.*, coalesce(by_person.value, by_household.value) AS value
FROM drawn
LEFT JOIN observed AS by_person ON by_person.unit = 'person' AND drawn.person_key = by_person.unit_key
LEFT JOIN observed AS by_household
    ON by_household.unit = 'household' AND drawn.household_key = by_household.unit_key
