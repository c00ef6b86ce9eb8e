-- What each distinct address is worth before a library has looked at it.
-- Reads:  source
-- Writes: email and mobile, one row per distinct text; usable is NULL until judged
CREATE TEMP TABLE email AS
SELECT DISTINCT email AS given, CASE WHEN plain_email(lower(email)) THEN lower(email) END AS usable
FROM source
WHERE email IS NOT NULL;

CREATE TEMP TABLE mobile AS
SELECT DISTINCT mobile AS given, NULL::VARCHAR AS usable
FROM source
WHERE mobile IS NOT NULL;
