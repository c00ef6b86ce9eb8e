-- Usable addresses under pseudonyms, with how many people of this kind share each; nothing of the protected.
-- A digital mailbox is addressed by the personal number, so nobody shares one.
-- Reads:  people, variable kind
-- Gives:  the rows of contact_point, one per person and usable address
WITH point AS (
    SELECT person_key, 'email' AS address_kind, email AS address FROM people WHERE email IS NOT NULL AND NOT protected
    UNION ALL
    SELECT person_key, 'mobile', mobile FROM people WHERE mobile IS NOT NULL AND NOT protected
    UNION ALL
    SELECT person_key, 'postal', postal FROM people WHERE postal IS NOT NULL AND NOT protected
    UNION ALL
    SELECT person_key, 'digital_mailbox', number FROM people WHERE digital_mailbox IS NOT NULL AND NOT protected
),

shared AS (
    SELECT address_kind, address, keyed_hash(address_kind, address) AS address_key, count(*)::INTEGER AS sharers
    FROM point
    GROUP BY address_kind, address
)

SELECT
    getvariable('kind')::VARCHAR AS kind, point.person_key, point.address_kind, shared.address_key, shared.sharers
FROM point
INNER JOIN shared ON point.address_kind = shared.address_kind AND point.address = shared.address
ORDER BY point.person_key, point.address_kind
