-- Reads drawn_person, outcome. Writes before: one row per unit observed before the start, the newest observation; and
-- earlier: one row per person with it, if any.
CREATE OR REPLACE TEMP TABLE before AS
SELECT unit, hash(unit_key) AS "key", arg_max("value", observed_on) AS "value"
FROM outcome
WHERE run = $run AND outcome = $outcome AND observed_on < $start
GROUP BY unit, "key";

CREATE OR REPLACE TEMP VIEW earlier AS
SELECT
    drawn.number, drawn.cluster, drawn.arm,
    coalesce(by_person.value, by_household.value, by_area.value) AS observed_before
FROM drawn_person AS drawn
LEFT JOIN before AS by_person ON by_person.unit = 'person' AND drawn.person = by_person.key
LEFT JOIN before AS by_household ON by_household.unit = 'household' AND drawn.household = by_household.key
LEFT JOIN before AS by_area ON by_area.unit = 'area' AND drawn.area = by_area.key
