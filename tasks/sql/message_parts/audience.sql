-- Reads audience, person_slot (one row per person: the values of the person's slots) and part_text (one row per text and
-- combination of facts). Writes the temporary table part_message: one row per person of the wave and channel with such a
-- text, the key being the person's.
CREATE OR REPLACE TEMP TABLE part_message AS
SELECT
    audience.person_key AS key, part_text.channel, part_text.variant,
    list_transform(part_text.slots, lambda name: coalesce(person_slot.slots[name], '')) AS "values"
FROM audience
INNER JOIN person_slot ON audience.person_key = person_slot.person_key
INNER JOIN part_text
    ON
        audience.wave = part_text.wave
        AND audience.language = part_text.language
        AND part_text.facts = map_from_entries(list_sort(map_entries(coalesce(audience.facts, map()))))
WHERE audience.run = $run AND audience.wave = $wave
