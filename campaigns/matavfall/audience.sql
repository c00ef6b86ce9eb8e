-- Adults in households that do not sort their food waste, with what decides how to speak to them.
SELECT
    person.person_key,
    CASE WHEN household.has_bin THEN 'has_bin' ELSE 'needs_bin' END AS need,
    CASE
        WHEN person.age >= 80 THEN 'over_80'
        WHEN person.age >= 65 THEN 'senior'
        WHEN household.has_children THEN 'children'
        ELSE 'adults'
    END AS life_situation,
    household.housing,
    household.pickup_place
FROM register_population AS person
INNER JOIN (
    SELECT
        customer.household_key,
        bool_or(customer.attributes['food_waste_bin'] = 'yes') AS has_bin,
        coalesce(min(customer.attributes['housing']), 'flat') AS housing,
        min(customer.attributes['pickup_place']) AS pickup_place,
        coalesce(bool_or(child.household_key IS NOT NULL), false) AS has_children
    FROM register_customers AS customer
    LEFT JOIN (SELECT DISTINCT household_key FROM register_population WHERE age < 18) AS child
        ON customer.household_key = child.household_key
    WHERE customer.attributes['sorts_food_waste'] = 'no'
    GROUP BY customer.household_key
) AS household
    ON person.household_key = household.household_key
WHERE person.age >= 18
