-- The people of the file under their pseudonyms, with names and addresses still beside them.
-- Reads:  kept, entry, source
-- Writes: people, one row per person
CREATE TEMP TABLE people AS
SELECT
    keyed_hash('person', kept.number) AS person_key,
    kept.number, entry.birth_year, kept.protected, kept.status, entry.easy_read,
    coalesce(entry.language, 'sv') AS language,
    source.first_name, source.last_name, source.street, entry.apartment, entry.postcode,
    source.city, source.district, entry.email, entry.mobile, source.household_id, source.unit,
    CASE WHEN yes_or_no(source.digital_mailbox) IS DISTINCT FROM false THEN source.digital_mailbox END AS digital_mailbox,
    list_transform(kept.children, lambda child: keyed_hash('person', child)) AS children,
    list_sort(list_distinct(list_filter(
        list_transform(regexp_split_to_array(source.consent_purposes, '[,;|]'), lambda purpose: lower(filled(purpose))),
        lambda purpose: purpose IS NOT NULL
    ))) AS consent_purposes,
    source.attributes,
    CASE
        WHEN source.street IS NOT NULL AND entry.postcode IS NOT NULL
            THEN lower(regexp_replace(source.street, '\s+', ' ', 'g'))
                || '|' || coalesce(entry.apartment, '') || '|' || entry.postcode
    END AS postal
FROM kept
INNER JOIN entry ON kept.row = entry.row
INNER JOIN source ON kept.row = source.row;
