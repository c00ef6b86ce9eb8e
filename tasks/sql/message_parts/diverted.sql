-- Reads possible_diversion (one row per person who may be moved to another channel), variant and message_slot. Writes the
-- temporary table part_message: one row per message of the channels $counted. A person's slots are those of any wave.
CREATE OR REPLACE TEMP TABLE part_message AS
SELECT
    possible.message_id AS key, possible.channel, possible.variant,
    list_transform(variant.slots, lambda name: coalesce(slot.slots[name], '')) AS "values"
FROM possible_diversion AS possible
INNER JOIN variant ON variant.run = $run AND variant.wave = $wave AND possible.variant = variant.variant
INNER JOIN (
    SELECT person_key, any_value(slots ORDER BY wave = $wave DESC, wave) AS slots
    FROM message_slot
    WHERE run = $run
    GROUP BY person_key
) AS slot
    ON possible.person_key = slot.person_key
WHERE list_contains($counted::VARCHAR[], possible.channel)
