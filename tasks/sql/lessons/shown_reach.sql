-- Reads audience, final_assignment, reached_message, report_reach. Grain: one row per segment whom the message was meant for and
-- whose reach may be shown in every wave; segment all is everybody treated, each person once.
WITH meant AS (
    SELECT DISTINCT person_key FROM audience WHERE run = $run AND arm IN ('treated', 'later')
), reached AS (
    SELECT DISTINCT final_assignment.person_key
    FROM final_assignment
    SEMI JOIN reached_message AS reached
        ON final_assignment.run = reached.run AND final_assignment.message_id = reached.message_id
    WHERE final_assignment.run = $run
)
SELECT 'all' AS segment, count(*) AS persons, count(reached.person_key) AS reached
FROM meant
LEFT JOIN reached ON meant.person_key = reached.person_key
UNION ALL
SELECT segment, sum(persons), sum(reached)
FROM report_reach
WHERE run = $run
GROUP BY segment
HAVING bool_and(persons IS NOT NULL AND reached IS NOT NULL)
ORDER BY segment
