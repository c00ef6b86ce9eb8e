-- Reads audience, person. Grain: one row per district, postcode area and unit of the employees with at least ten persons
-- in the audience: a name is nobody's, but that of a few would tell where they are.
SELECT area
FROM (
    SELECT audience.person_key, unnest([person.district, person.area, person.unit]) AS area
    FROM audience
    INNER JOIN person ON audience.kind = person.kind AND audience.person_key = person.person_key
    WHERE audience.run = $run
)
WHERE area IS NOT NULL
GROUP BY area
HAVING count(DISTINCT person_key) >= 10
ORDER BY area
