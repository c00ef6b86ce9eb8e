-- The audience: one row per person. Columns: person_key, need and life_situation (at least two ways of knowing the
-- group, S3), and every fact and slot that the brief declares, by the same name. Views to read: register_population,
-- register_guardians, register_employees, register_customers, register_subscribers (columns: docs/data.md).
SELECT
    person.person_key,
    'to_be_decided' AS need,
    CASE WHEN person.age >= 65 THEN 'senior' ELSE 'adults' END AS life_situation
FROM register_population AS person
WHERE person.age >= 18
