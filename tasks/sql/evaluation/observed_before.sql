-- Reads drawn_person, outcome. Writes earlier: one row per person with the newest observation before the start, if any.
CREATE OR REPLACE TEMP TABLE earlier AS
WITH before AS (
    SELECT unit, unit_key, arg_max("value", observed_on) AS "value"
    FROM outcome
    WHERE run = $run AND outcome = $outcome AND observed_on < $start
    GROUP BY unit, unit_key
)
SELECT drawn.number, coalesce(by_person.value, by_household.value, by_area.value) AS observed_before
FROM drawn_person AS drawn
LEFT JOIN before AS by_person ON by_person.unit = 'person' AND drawn.person_key = by_person.unit_key
LEFT JOIN before AS by_household ON by_household.unit = 'household' AND drawn.household_key = by_household.unit_key
LEFT JOIN before AS by_area ON by_area.unit = 'area' AND drawn.area = by_area.unit_key
