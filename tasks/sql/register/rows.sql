-- Every row with its values judged and brought to one form.
-- Reads:  source, number, email, mobile
-- Writes: entry, one row per row of the file; fault says why it cannot become a person
CREATE TEMP TABLE entry AS
SELECT
    source.row,
    number.number,
    year(number.born) AS birth_year,
    CASE
        WHEN source.personal_number IS NULL THEN 'personal_number: is empty'
        WHEN number.number IS NULL THEN 'personal_number: ' || number.fault
        WHEN status_of(source.status) IS NULL THEN 'status: is not alive, dead, emigrated or moved'
        WHEN getvariable('kind') = 'guardians' AND source.guardian_of IS NULL THEN 'guardian_of: is empty'
        WHEN getvariable('kind') = 'guardians' AND child.numbers IS NULL THEN 'guardian_of: is not a personal number'
    END AS fault,
    status_of(source.status) AS status,
    -- Whatever is written there and is not a clear no is taken as protected: the mistake that harms nobody.
    source.protected IS NOT NULL AND coalesce(yes_or_no(source.protected), true) AS protected,
    source.protected IS NOT NULL AND yes_or_no(source.protected) IS NULL AS protected_unclear,
    coalesce(yes_or_no(source.easy_read), false) AS easy_read,
    CASE WHEN regexp_full_match(source.language, '[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*') THEN source.language END AS language,
    email.usable AS email,
    mobile.usable AS mobile,
    postcode_of(source.postcode) AS postcode,
    apartment_of(source.apartment) AS apartment,
    child.numbers AS children,
    (email.usable IS NOT NULL)::INTEGER + (mobile.usable IS NOT NULL)::INTEGER
    + (postcode_of(source.postcode) IS NOT NULL)::INTEGER + (source.street IS NOT NULL)::INTEGER
    + (source.apartment IS NOT NULL)::INTEGER + (source.first_name IS NOT NULL)::INTEGER
    + (source.last_name IS NOT NULL)::INTEGER + (source.household_id IS NOT NULL)::INTEGER
    + (source.digital_mailbox IS NOT NULL)::INTEGER + (source.district IS NOT NULL)::INTEGER AS completeness,
    coalesce(source.last_name <> upper(source.last_name), false) AS cased
FROM source
LEFT JOIN number ON source.personal_number = number.given
LEFT JOIN email ON source.email = email.given
LEFT JOIN mobile ON source.mobile = mobile.given
LEFT JOIN (
    SELECT told.row, list(DISTINCT number.number ORDER BY number.number) AS numbers
    FROM (
        SELECT source.row, filled(unnest(regexp_split_to_array(source.guardian_of, '[,;|]'))) AS given
        FROM source
        WHERE source.guardian_of IS NOT NULL
    ) AS told
    INNER JOIN number ON told.given = number.given AND number.number IS NOT NULL
    GROUP BY told.row
) AS child ON source.row = child.row;
