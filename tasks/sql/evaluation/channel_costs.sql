-- Reads contact, drawn_cluster. Grain: one row per channels (bits of places) that the plan gave a cluster together: kronor
-- and kilograms of its accepted messages, each counted once.
WITH message AS (
    SELECT cluster, message, any_value(cost_sek) AS cost_sek, any_value(co2_kg) AS co2_kg
    FROM contact
    WHERE arm = 'treated' AND accepted_at IS NOT NULL
    GROUP BY cluster, message
)
SELECT
    drawn_cluster.channels, coalesce(sum(message.cost_sek), 0) AS cost_sek, coalesce(sum(message.co2_kg), 0) AS co2_kg
FROM message
INNER JOIN drawn_cluster ON message.cluster = drawn_cluster.cluster AND drawn_cluster.arm = 'treated'
GROUP BY drawn_cluster.channels
ORDER BY drawn_cluster.channels
