-- Reads final_assignment and reached_message of one run; one row: persons, counted per wave, whose message was accepted.
SELECT count(DISTINCT (final_assignment.wave, final_assignment.person_key))
FROM final_assignment
SEMI JOIN reached_message AS reached
    ON final_assignment.run = reached.run AND final_assignment.message_id = reached.message_id
WHERE final_assignment.run = ?;
