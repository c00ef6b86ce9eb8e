-- Reads assignment, audience, the answer of a wave's audience query (Parquet). Writes the temporary table raw_slot:
-- one row per assigned person and slot whose text depends on the language, such as a date.
CREATE OR REPLACE TEMP TABLE raw_slot AS
SELECT person_key, language, slot.name AS name, slot.raw AS raw
FROM (
    SELECT
        answer.person_key, audience.language,
        unnest(list_transform($names::VARCHAR[], lambda name: {'name': name, 'raw': answer.slots[name]})) AS slot
    FROM read_parquet($answer) AS answer
    INNER JOIN audience ON answer.person_key = audience.person_key
    WHERE audience.run = $run AND audience.wave = $wave
) AS entry
WHERE slot.raw IS NOT NULL
