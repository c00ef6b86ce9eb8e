-- Reads assignment and delivery of one run; one row: persons, counted per wave, whose message was accepted.
SELECT count(DISTINCT (assignment.wave, assignment.person_key))
FROM assignment
JOIN delivery
    ON assignment.run = delivery.run AND assignment.message_id = delivery.message_id
WHERE assignment.run = ? AND delivery.accepted_at IS NOT NULL AND delivery.status <> 'hard_bounce';
