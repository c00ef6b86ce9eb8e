-- Reads final_assignment, delivery, drawn_person. Grain: one row per channels that the plan gave a cluster together:
-- kronor and kilograms of its accepted messages, each counted once.
WITH contact AS (
    SELECT DISTINCT
        drawn_person.cluster_key, final_assignment.channel, final_assignment.message_id,
        CASE WHEN delivery.accepted_at IS NOT NULL THEN delivery.cost_sek ELSE 0 END AS cost_sek,
        CASE WHEN delivery.accepted_at IS NOT NULL THEN delivery.co2_kg ELSE 0 END AS co2_kg
    FROM final_assignment
    INNER JOIN drawn_person ON final_assignment.person_key = drawn_person.person_key
    LEFT JOIN delivery ON final_assignment.run = delivery.run AND final_assignment.message_id = delivery.message_id
    WHERE final_assignment.run = $run AND drawn_person.arm = 'treated'
), per_cluster AS (
    SELECT
        cluster_key, array_to_string(list_sort(list_distinct(list(channel))), '+') AS channels,
        sum(cost_sek) AS cost_sek, sum(co2_kg) AS co2_kg
    FROM contact
    GROUP BY cluster_key
)
SELECT channels, coalesce(sum(cost_sek), 0) AS cost_sek, coalesce(sum(co2_kg), 0) AS co2_kg
FROM per_cluster
GROUP BY channels
ORDER BY channels
