-- Reads audience, final_assignment, delivery. Grain: one row per segment and channel that took a message to treated persons;
-- segment all sums them. persons = treated persons of the segment, reached = those with an accepted message.
WITH treated AS (
    SELECT person_key, arg_min(segment, wave) AS segment
    FROM audience
    WHERE run = $run AND arm = 'treated'
    GROUP BY person_key
), size AS (
    SELECT segment, count(*) AS persons FROM treated GROUP BY segment
    UNION ALL
    SELECT 'all', count(*) FROM treated
), reached AS (
    SELECT DISTINCT final_assignment.person_key, final_assignment.channel
    FROM final_assignment
    INNER JOIN delivery ON final_assignment.run = delivery.run AND final_assignment.message_id = delivery.message_id
    WHERE final_assignment.run = $run AND delivery.accepted_at IS NOT NULL AND delivery.status <> 'hard_bounce'
), by_channel AS (
    SELECT treated.segment, reached.channel, count(*) AS reached
    FROM treated
    INNER JOIN reached ON treated.person_key = reached.person_key
    GROUP BY treated.segment, reached.channel
    UNION ALL
    SELECT 'all', reached.channel, count(*)
    FROM treated
    INNER JOIN reached ON treated.person_key = reached.person_key
    GROUP BY reached.channel
)
SELECT by_channel.segment, by_channel.channel, size.persons, by_channel.reached
FROM by_channel
INNER JOIN size ON by_channel.segment = size.segment
ORDER BY by_channel.segment, by_channel.channel
