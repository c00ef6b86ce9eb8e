-- Attributes that hold e-mail addresses at all, or personal or mobile numbers in more than one value of twenty.
-- Reads:  source, variable this_year
-- Gives:  one row per suspect attribute
WITH told AS (
    SELECT unnest(map_entries(attributes), recursive := true) FROM source WHERE cardinality(attributes) > 0
),

judged AS (
    SELECT
        key,
        regexp_matches(value, '[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}') AS email,
        CASE
            WHEN NOT regexp_full_match(value, '([0-9]{2})?[0-9]{6}[-+]?[0-9]{4}') THEN false
            ELSE birth_date(twelve_digits(value, getvariable('this_year')::INTEGER)) IS NOT NULL
                AND check_digit_right(twelve_digits(value, getvariable('this_year')::INTEGER)::BIGINT)
        END
        OR regexp_full_match(value, '(\+46|0046|0)[ -]?7[02369]([ -]?[0-9]){7}') AS number
    FROM told
)

SELECT key
FROM judged
GROUP BY key
HAVING bool_or(email) OR count(*) FILTER (WHERE number) * 20 > count(*)
ORDER BY key
