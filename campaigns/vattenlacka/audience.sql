-- Adults who live where the water is off: the postcode areas 117 and 118 on Södermalm. What decides how to speak to
-- them: the house they live in (a tap in the yard or none), who cannot carry water, and whether they are reached at once.
SELECT
    person.person_key,
    CASE WHEN home.in_house THEN 'house_without_water' ELSE 'flat_without_water' END AS need,
    CASE
        WHEN person.age >= 80 THEN 'over_80'
        WHEN home.has_small_children THEN 'small_children'
        ELSE 'adults'
    END AS life_situation,
    CASE WHEN person.has_email OR person.has_mobile THEN 'reads_at_once' ELSE 'reads_paper' END AS channel_habit
FROM register_population AS person
INNER JOIN (
    SELECT
        resident.household_key,
        coalesce(bool_or(customer.attributes['housing'] = 'house'), false) AS in_house,
        bool_or(resident.age < 6) AS has_small_children
    FROM register_population AS resident
    LEFT JOIN register_customers AS customer
        ON resident.household_key = customer.household_key
    WHERE resident.area IN ('117', '118')
    GROUP BY resident.household_key
) AS home
    ON person.household_key = home.household_key
WHERE person.age >= 18 AND person.area IN ('117', '118')
