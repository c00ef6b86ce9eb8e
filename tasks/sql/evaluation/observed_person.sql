-- Reads drawn_person, observed. Writes observed_person: drawn_person with the observed outcome, if any: the person's own,
-- else the household's, else that of the area where areas were drawn.
CREATE OR REPLACE TEMP VIEW observed_person AS
SELECT drawn.*, coalesce(by_person.value, by_household.value, by_area.value) AS "value"
FROM drawn_person AS drawn
LEFT JOIN observed AS by_person ON by_person.unit = 'person' AND drawn.person = by_person.key
LEFT JOIN observed AS by_household ON by_household.unit = 'household' AND drawn.household = by_household.key
LEFT JOIN observed AS by_area ON by_area.unit = 'area' AND drawn.area = by_area.key
