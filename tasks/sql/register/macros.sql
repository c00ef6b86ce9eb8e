-- Macros of an import: what the columns of a register file mean, value by value.

-- Text without surrounding white space, of no width too, as copied from pages; NULL where nothing is left.
CREATE OR REPLACE TEMP MACRO filled(value) AS
    nullif(trim(value, ' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(8203) || chr(65279)), '');

-- Yes or no in Swedish, English or digits; NULL where it is neither.
CREATE OR REPLACE TEMP MACRO yes_or_no(value) AS
    CASE
        WHEN lower(value) IN ('true', 'yes', 'ja', 'j', 'y', 't', '1', 'sant') THEN true
        WHEN lower(value) IN ('false', 'no', 'nej', 'n', 'f', '0', 'falskt') THEN false
    END;

-- The status words of registers in the four the tables use; NULL where the word is unknown.
CREATE OR REPLACE TEMP MACRO status_of(value) AS
    CASE
        WHEN value IS NULL OR lower(value) IN ('alive', 'levande', 'folkbokförd', 'aktiv', 'active') THEN 'alive'
        WHEN lower(value) IN ('dead', 'deceased', 'död', 'avliden') THEN 'dead'
        WHEN lower(value) IN ('emigrated', 'utvandrad', 'emigrerad', 'utflyttad') THEN 'emigrated'
        WHEN lower(value) IN ('moved', 'flyttad', 'avflyttad') THEN 'moved'
    END;

-- Twice a digit, its own digits summed, as the Luhn check wants every second one.
CREATE OR REPLACE TEMP MACRO doubled(digit) AS (2 * digit) // 10 + (2 * digit) % 10;

-- Does the last of twelve digits check the nine after the century (Luhn, ISO/IEC 7812-1 annex B)?
CREATE OR REPLACE TEMP MACRO check_digit_right(number) AS
    (
        doubled(number // 1000000000 % 10) + number // 100000000 % 10
        + doubled(number // 10000000 % 10) + number // 1000000 % 10
        + doubled(number // 100000 % 10) + number // 10000 % 10
        + doubled(number // 1000 % 10) + number // 100 % 10
        + doubled(number // 10 % 10) + number % 10
    ) % 10 = 0;

-- Ten or twelve digits, with or without - or +, as twelve; the century of ten as the personnummer library guesses it.
CREATE OR REPLACE TEMP MACRO twelve_digits(value, this_year) AS
    CASE
        WHEN regexp_full_match(value, '[0-9]{8}[-+]?[0-9]{4}')
            THEN replace(replace(value, '-', ''), '+', '')
        WHEN regexp_full_match(value, '[0-9]{6}-?[0-9]{4}')
            THEN lpad(
                ((this_year - (this_year - value[:2]::INTEGER) % 100) // 100)::VARCHAR, 2, '0'
            ) || replace(value, '-', '')
        WHEN regexp_full_match(value, '[0-9]{6}\+[0-9]{4}')
            THEN lpad(
                ((this_year - 100 - (this_year - 100 - value[:2]::INTEGER) % 100) // 100)::VARCHAR, 2, '0'
            ) || replace(value, '+', '')
    END;

-- Date of birth in twelve digits; a coordination number has 60 added to its day. NULL where there is no such date.
CREATE OR REPLACE TEMP MACRO birth_date(number) AS
    try_cast(
        number[1:4] || '-' || number[5:6] || '-'
        || lpad((number[7:8]::INTEGER - CASE WHEN number[7:8]::INTEGER > 60 THEN 60 ELSE 0 END)::VARCHAR, 2, '0')
        AS DATE
    );

-- An address so plain that no library need look at it; anything else is put to email-validator.
CREATE OR REPLACE TEMP MACRO plain_email(value) AS
    length(value) <= 100
    AND regexp_full_match(
        value, '[a-z0-9_]+([.+-][a-z0-9_]+)*@([a-z0-9]+(-[a-z0-9]+)?\.)+(se|com|org|net|nu|eu|fi|no|dk)'
    )
    AND length(split_part(value, '@', 1)) <= 60
    AND NOT regexp_matches(value, '@.*[a-z0-9-]{60}');

-- Five digits as NNN NN, with or without a country in front; NULL where it is no Swedish postcode.
CREATE OR REPLACE TEMP MACRO postcode_of(value) AS
    CASE
        WHEN regexp_full_match(upper(value), '(SE?[- ]?)?[1-9][0-9]{2} ?[0-9]{2}')
            THEN regexp_replace(regexp_replace(value, '[^0-9]', '', 'g'), '^(...)', '\1 ')
    END;

-- Apartment number of four digits, as Lantmäteriet gives them; NULL where it is none.
CREATE OR REPLACE TEMP MACRO apartment_of(value) AS
    nullif(regexp_extract(lower(value), '^(lgh\.? ?)?([0-9]{4})$', 2), '');
