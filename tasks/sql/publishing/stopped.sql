-- What comes after a stop, its evaluation, stays: only what was not known of the stop is put right.
UPDATE run
SET state = 'stopped', changed_at = decided.at
FROM (
    SELECT run, max(decided_at) AS at
    FROM audit
    WHERE action = 'run_stopped' AND sequence > ?
    GROUP BY run
) AS decided
WHERE run.run = decided.run AND run.state NOT IN ('stopped', 'evaluating', 'closed');
