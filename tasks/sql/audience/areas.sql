-- Reads eligible, audience, person. Writes area_person: one row per person that the draw is about whose area is known: the
-- area that the person's register gives, the least where several do.
CREATE OR REPLACE TEMP TABLE area_person AS
SELECT eligible.person_key, min(person.area) AS area
FROM eligible
INNER JOIN audience ON audience.run = $run AND eligible.person_key = audience.person_key
INNER JOIN person ON audience.kind = person.kind AND audience.person_key = person.person_key
WHERE person.area <> ''
GROUP BY eligible.person_key
