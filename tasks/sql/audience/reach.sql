-- Reads contact_point, suppression. Writes the temporary table reach.
-- One row per register and person with a usable address: the kinds of address among those of the brief's channels,
-- joined by plus signs. An address that bounced is not usable; the person may still be reached another way.
CREATE OR REPLACE TEMP TABLE reach AS
SELECT
    contact_point.kind,
    contact_point.person_key,
    string_agg(DISTINCT contact_point.address_kind, '+' ORDER BY contact_point.address_kind) AS reach
FROM contact_point
ANTI JOIN (SELECT subject_key FROM suppression WHERE reason = 'bounce') AS bounced
    ON contact_point.address_key = bounced.subject_key
WHERE list_contains($address_kinds::VARCHAR[], contact_point.address_kind)
GROUP BY ALL
