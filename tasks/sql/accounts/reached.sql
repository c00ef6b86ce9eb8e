-- Reads final_assignment and delivery of one run; one row: persons, counted per wave, whose message was accepted.
SELECT count(DISTINCT (final_assignment.wave, final_assignment.person_key))
FROM final_assignment
JOIN delivery
    ON final_assignment.run = delivery.run AND final_assignment.message_id = delivery.message_id
WHERE final_assignment.run = ? AND delivery.accepted_at IS NOT NULL AND delivery.status <> 'hard_bounce';
