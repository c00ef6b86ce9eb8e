-- Names and addresses, private; nothing of the protected.
-- Reads:  people, variable kind
-- Gives:  the rows of identity, one per person of this kind without protected identity
SELECT
    getvariable('kind')::VARCHAR AS kind, person_key, first_name, last_name, street, apartment, postcode, city,
    email, mobile, digital_mailbox
FROM people
WHERE NOT protected
ORDER BY person_key
