-- Reads drawn_person, final_assignment, delivery. Writes reached_cluster: one row per cluster and arm, the share of its
-- persons whose message was accepted and did not bounce.
CREATE OR REPLACE TEMP TABLE reached_cluster AS
WITH reached AS (
    SELECT DISTINCT final_assignment.person_key
    FROM final_assignment
    INNER JOIN delivery ON final_assignment.run = delivery.run AND final_assignment.message_id = delivery.message_id
    WHERE final_assignment.run = $run AND delivery.accepted_at IS NOT NULL AND delivery.status <> 'hard_bounce'
)
SELECT
    drawn_person.cluster_key, drawn_person.arm,
    avg(CAST(reached.person_key IS NOT NULL AS DOUBLE)) AS received
FROM drawn_person
LEFT JOIN reached ON drawn_person.person_key = reached.person_key
GROUP BY ALL
