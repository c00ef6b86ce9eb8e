-- The texts that somebody will get, or may get in a later wave to the public where an earlier one turns out to fail.
-- Reads: assignment, audience, run. Grain: wave, channel, language and combination of facts, facts in order of names.
WITH occasion AS (
    SELECT wave ->> 'name' AS wave, (wave ->> 'start')::TIMESTAMPTZ AS starts_at
    FROM (SELECT unnest((brief -> 'waves')::JSON[]) AS wave FROM run WHERE run = $run)
),

next_channel AS (
    SELECT DISTINCT later.wave, assignment.person_key, unnest(assignment.fallback) AS channel
    FROM assignment
    INNER JOIN occasion AS earlier ON assignment.wave = earlier.wave
    INNER JOIN occasion AS later ON earlier.starts_at < later.starts_at
    WHERE assignment.run = $run
),

text AS (
    SELECT wave, person_key, channel FROM assignment WHERE run = $run
    UNION ALL
    SELECT next_channel.wave, next_channel.person_key, next_channel.channel
    FROM next_channel
    INNER JOIN audience
        ON next_channel.wave = audience.wave AND next_channel.person_key = audience.person_key
    WHERE
        audience.run = $run
        AND audience.kind <> 'employees'
        AND coalesce(audience.excluded_reason, 'other_wave') = 'other_wave'
)

SELECT
    text.wave, text.channel, audience.language,
    list_sort(map_entries(coalesce(audience.facts, map()))) AS facts
FROM text
INNER JOIN audience ON text.wave = audience.wave AND text.person_key = audience.person_key
WHERE audience.run = $run
GROUP BY ALL
ORDER BY ALL
