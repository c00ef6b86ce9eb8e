-- Reads planned_message (one row per message of a wave) and variant. Writes the temporary table part_message: one row per
-- message of the channels $counted.
CREATE OR REPLACE TEMP TABLE part_message AS
SELECT
    planned_message.message_id AS key, planned_message.channel, planned_message.variant,
    list_transform(variant.slots, lambda name: coalesce(planned_message.slots[name], '')) AS "values"
FROM planned_message
INNER JOIN variant
    ON
        planned_message.run = variant.run
        AND planned_message.wave = variant.wave
        AND planned_message.variant = variant.variant
WHERE list_contains($counted::VARCHAR[], planned_message.channel)
