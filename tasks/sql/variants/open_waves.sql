-- The waves in which a channel without addresses is used. Reads: plan. Grain: wave and channel.
SELECT DISTINCT wave, channel
FROM plan
WHERE run = $run AND list_contains($channels, channel)
ORDER BY ALL
