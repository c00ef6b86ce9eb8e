-- Reads message, run. Grain: one row per wave of another edition of the run's campaign that has messages to persons and
-- whose name is none of $waves.
SELECT DISTINCT run.run, message.wave
FROM message
INNER JOIN run ON message.run = run.run
WHERE
    run.run <> $run AND run.campaign = (SELECT campaign FROM run WHERE run = $run)
    AND message.person_key IS NOT NULL AND NOT list_contains($waves::VARCHAR[], message.wave)
ORDER BY run.run, message.wave
