-- Reads final_assignment and message. One row per message of a person in a run, a household's letter included: its id
-- and its shard.
SELECT DISTINCT message.message_id, message.shard
FROM final_assignment
INNER JOIN message ON final_assignment.run = message.run AND final_assignment.message_id = message.message_id
WHERE final_assignment.run = ? AND final_assignment.person_key = ?
ORDER BY message.message_id;
