-- Reads delivery. Grain: one row per channel; messages, kronor and kilograms, as planned and as accepted.
SELECT
    channel,
    count(*) AS planned,
    count(*) FILTER (WHERE accepted_at IS NOT NULL) AS accepted,
    sum(cost_sek) AS planned_sek,
    coalesce(sum(cost_sek) FILTER (WHERE accepted_at IS NOT NULL), 0) AS accepted_sek,
    sum(co2_kg) AS planned_kg,
    coalesce(sum(co2_kg) FILTER (WHERE accepted_at IS NOT NULL), 0) AS accepted_kg
FROM delivery
WHERE run = $run
GROUP BY channel
ORDER BY accepted_sek DESC, channel
