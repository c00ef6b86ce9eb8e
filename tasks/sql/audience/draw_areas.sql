-- Reads eligible, area_person. Writes the temporary table drawn, one row per person: cluster (the area; the person where
-- none is known) and arm.
CREATE OR REPLACE TEMP TABLE drawn AS
SELECT
    eligible.person_key, coalesce(area_person.area, eligible.person_key) AS cluster,
    CASE WHEN coalesce(list_contains($held_out::VARCHAR[], area_person.area), false) THEN 'holdout' ELSE 'treated' END AS arm
FROM eligible
LEFT JOIN area_person ON eligible.person_key = area_person.person_key
