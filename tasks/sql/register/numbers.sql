-- Judge every distinct personal number once.
-- Reads:  source (row, personal_number, guardian_of), variables this_year and extracted_on
-- Writes: number, one row per distinct text: twelve digits and date of birth, or the fault
CREATE TEMP TABLE number AS
WITH given AS (
    SELECT personal_number AS given FROM source WHERE personal_number IS NOT NULL
    UNION
    SELECT filled(unnest(regexp_split_to_array(guardian_of, '[,;|]'))) FROM source WHERE guardian_of IS NOT NULL
),

digits AS (
    SELECT given, twelve_digits(given, getvariable('this_year')::INTEGER) AS digits
    FROM given
    WHERE given IS NOT NULL
),

judged AS (
    SELECT
        given, digits, birth_date(digits) AS born,
        CASE
            WHEN digits IS NULL THEN 'is not ten or twelve digits'
            WHEN digits[1:4] = '0000' OR birth_date(digits) IS NULL THEN 'has no possible date of birth'
            WHEN digits[9:11] = '000' THEN 'has the impossible serial 000'
            WHEN NOT check_digit_right(digits::BIGINT) THEN 'has a wrong check digit'
        END AS fault
    FROM digits
)

SELECT given, CASE WHEN fault IS NULL THEN digits END AS number, born, fault FROM judged;
