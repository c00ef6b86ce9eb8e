-- Reads outcome, audience, person. Grain: one row per unit of the employees with its newest value up to the observed day,
-- and how many of its employees stand in the audience.
SELECT newest.unit_key AS unit, newest.value, count(DISTINCT audience.person_key) AS persons
FROM (
    SELECT unit_key, arg_max(value, observed_on) AS value
    FROM outcome
    WHERE run = $run AND unit = 'area' AND outcome = $outcome AND observed_on <= $observed_on
    GROUP BY unit_key
) AS newest
LEFT JOIN person ON person.kind = 'employees' AND person.unit = newest.unit_key
LEFT JOIN audience ON audience.run = $run AND audience.kind = person.kind AND audience.person_key = person.person_key
GROUP BY ALL
ORDER BY newest.unit_key;
