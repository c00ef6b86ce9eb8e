-- The texts that somebody may get through $channels. Reads: audience.
-- Grain: wave, channel, language and combination of facts, facts in order of names.
SELECT audience.wave, channel.name AS channel, audience.language, list_sort(map_entries(coalesce(facts, map()))) AS facts
FROM audience
CROSS JOIN (SELECT unnest($channels::VARCHAR[]) AS name) AS channel
WHERE run = $run AND excluded_reason IS NULL
GROUP BY ALL
ORDER BY ALL
