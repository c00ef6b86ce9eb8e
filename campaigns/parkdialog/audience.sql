-- Adults who live in the district of the park. What decides how to speak to them: what they use a park for, where they
-- are in life, how they are reached, and whether they have asked the city for easy-read text.
SELECT
    person.person_key,
    CASE WHEN home.has_children THEN 'plays' WHEN person.age >= 65 THEN 'rests' ELSE 'walks' END AS need,
    CASE
        WHEN person.age >= 80 THEN 'over_80'
        WHEN person.age >= 65 THEN 'senior'
        WHEN home.has_children THEN 'children'
        ELSE 'adults'
    END AS life_situation,
    CASE WHEN person.has_email OR person.has_digital_mailbox THEN 'digital' ELSE 'paper' END AS channel_habit,
    CASE WHEN person.easy_read THEN 'yes' ELSE 'no' END AS easy_read
FROM register_population AS person
INNER JOIN (
    SELECT household_key, bool_or(age < 13) AS has_children
    FROM register_population
    WHERE district = 'Farsta'
    GROUP BY household_key
) AS home
    ON person.household_key = home.household_key
WHERE person.age >= 18 AND person.district = 'Farsta'
