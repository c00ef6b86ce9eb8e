-- The texts that somebody will get.
-- Reads: assignment, audience. Grain: wave, channel, language and combination of facts, facts in order of their names.
SELECT
    assignment.wave,
    assignment.channel,
    audience.language,
    list_sort(map_entries(coalesce(audience.facts, map()))) AS facts
FROM assignment
INNER JOIN audience USING (run, wave, person_key)
WHERE assignment.run = $run
GROUP BY ALL
ORDER BY ALL
