-- Reads final_assignment, audience, identity, contact_point, message_slot and variant of one run and wave, of
-- those who get it later ($later) or of all others, and the temporary
-- tables channel_term (one row per channel) and slot_default (one row per language).
-- Writes the temporary table planned_message: one row per message, a letter's household being one message.
CREATE OR REPLACE TEMP TABLE planned_message AS
WITH settled AS (SELECT $run AS run, $wave AS wave),

addressed AS (
    SELECT DISTINCT ON (final_assignment.message_id)
        final_assignment.message_id, final_assignment.channel, final_assignment.variant, final_assignment.person_key, audience.language,
        contact_point.address_key,
        CASE channel_term.address_kind
            WHEN 'email' THEN identity.email
            WHEN 'mobile' THEN identity.mobile
            WHEN 'digital_mailbox' THEN identity.digital_mailbox
        END AS address,
        map_concat(
            slot_default.slots,
            map_from_entries(list_filter(map_entries(MAP {
                'first_name': coalesce(identity.first_name, ''),
                'last_name': coalesce(identity.last_name, '')
            }), lambda entry: entry.value <> '')),
            CASE WHEN channel_term.address_kind = 'postal' THEN MAP {
                'address_name': trim(coalesce(identity.first_name, '') || ' ' || coalesce(identity.last_name, '')),
                'street': coalesce(identity.street, ''),
                'apartment': CASE WHEN identity.apartment <> '' THEN 'lgh ' || identity.apartment ELSE '' END,
                'postcode': coalesce(identity.postcode, ''),
                'city': coalesce(identity.city, '')
            } ELSE MAP {} END,
            map_from_entries(list_filter(
                map_entries(coalesce(message_slot.slots, MAP {})), lambda entry: entry.value <> ''
            ))
        ) AS slots
    FROM settled
    JOIN final_assignment USING (run, wave)
    JOIN channel_term ON final_assignment.channel = channel_term.channel
    JOIN audience
        ON final_assignment.run = audience.run AND final_assignment.wave = audience.wave
        AND final_assignment.person_key = audience.person_key
    JOIN slot_default ON audience.language = slot_default.language
    LEFT JOIN identity ON audience.kind = identity.kind AND audience.person_key = identity.person_key
    LEFT JOIN contact_point
        ON audience.kind = contact_point.kind AND audience.person_key = contact_point.person_key
        AND channel_term.address_kind = contact_point.address_kind
    LEFT JOIN message_slot
        ON final_assignment.run = message_slot.run AND final_assignment.wave = message_slot.wave
        AND final_assignment.person_key = message_slot.person_key
    WHERE coalesce(audience.arm = 'later', false) = $later
    ORDER BY final_assignment.message_id, final_assignment.person_key
),

page AS (
    SELECT DISTINCT ON (variant.language)
        keyed_hash('message', settled.run || ':' || variant.language || ':web:' || settled.wave) AS message_id,
        variant.channel, variant.variant, NULL::VARCHAR AS person_key, variant.language,
        NULL::VARCHAR AS address_key, variant.language AS address, slot_default.slots
    FROM settled
    JOIN variant USING (run, wave)
    JOIN slot_default ON variant.language = slot_default.language
    WHERE variant.channel = 'web' AND NOT $later
    ORDER BY variant.language, variant.variant
),

everything AS (FROM addressed UNION ALL BY NAME FROM page),

numbered AS (
    SELECT
        everything.*,
        row_number() OVER (PARTITION BY channel ORDER BY message_id) - 1 AS position,
        count(*) OVER (PARTITION BY channel) AS messages
    FROM everything
),

split AS (
    SELECT
        numbered.*,
        CASE
            WHEN numbered.messages > $rows_kept_whole
                THEN $workers * ceil(numbered.messages / (channel_term.rows_per_shard * $workers))::BIGINT
            ELSE 1
        END AS shards
    FROM numbered
    JOIN channel_term ON numbered.channel = channel_term.channel
)

SELECT
    $run AS run, $wave AS wave, split.message_id, split.channel, split.variant, split.person_key, split.address_key,
    split.address, split.language, split.slots, channel_term.unit_cost_sek AS cost_sek, channel_term.co2_kg,
    NULL::INTEGER AS parts, now() AS planned_at,
    printf('%s-%s-%04d', $sending, split.channel, 1 + split.position * split.shards // split.messages) AS shard
FROM split
JOIN channel_term ON split.channel = channel_term.channel;
