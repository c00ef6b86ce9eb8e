-- Reads plan. One row per wave, segment and channel of a run, the largest first.
SELECT wave, segment, channel, persons, coalesce(cost_sek, 0), coalesce(co2_kg, 0), coalesce(reason, '')
FROM plan
WHERE run = $run
ORDER BY wave, channel, segment;
