-- Reads audience, plan, assignment and message_slot of one run ($run). Writes nothing. Grain: one row per part of the digest.
-- Slots of whoever has no assignment in the wave are left out: they come when a failed message is moved to another channel.
-- Each row becomes JSON (nulls and separators cannot be confused), ordered inside 256 buckets so that memory stays flat.
WITH rows_of_run AS (
    SELECT
        'audience' AS part, left(person_key, 2) AS bucket,
        to_json([wave, person_key, arm, excluded_reason, segment, language, household_key]) AS content
    FROM audience
    WHERE run = $run
    UNION ALL
    SELECT
        'plan' AS part, '' AS bucket,
        to_json([
            wave, segment, channel, persons::VARCHAR, expected_effect::VARCHAR, cost_sek::VARCHAR, co2_kg::VARCHAR
        ]) AS content
    FROM plan
    WHERE run = $run
    UNION ALL
    SELECT
        'assignment' AS part, left(person_key, 2) AS bucket,
        to_json([wave, person_key, channel, variant, message_id]) AS content
    FROM assignment
    WHERE run = $run
    UNION ALL
    SELECT
        'slot values' AS part, left(slot.person_key, 2) AS bucket,
        to_json([slot.wave, slot.person_key, list_sort(map_entries(slot.slots))::VARCHAR]) AS content
    FROM message_slot AS slot
    SEMI JOIN assignment
        ON slot.run = assignment.run AND slot.wave = assignment.wave AND slot.person_key = assignment.person_key
    WHERE slot.run = $run
),

buckets AS (
    SELECT part, bucket, sha256(string_agg(content::VARCHAR, chr(10) ORDER BY content::VARCHAR)) AS digest
    FROM rows_of_run
    GROUP BY part, bucket
)

SELECT names.part, sha256(coalesce(string_agg(buckets.digest, '' ORDER BY buckets.bucket), '')) AS digest
FROM (VALUES ('audience'), ('plan'), ('assignment'), ('slot values')) AS names (part)
LEFT JOIN buckets ON names.part = buckets.part
GROUP BY names.part
ORDER BY names.part
