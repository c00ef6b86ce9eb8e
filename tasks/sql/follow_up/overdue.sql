-- Reads look, run, feedback. Grain: one row per look whose time has come and that is not done, and per promise of
-- feedback whose day is past; of the run $run, or of every run where it is empty.
SELECT owed.run, run.title, owed.what, owed.look, owed.since, $today::DATE - owed.since AS days
FROM (
    SELECT run, 'outcomes' AS what, look, timezone('Europe/Stockholm', due_at)::DATE AS since
    FROM look
    WHERE state <> 'done' AND due_at <= $now::TIMESTAMPTZ
    UNION ALL
    SELECT run, 'feedback', NULL, (brief ->> '$.feedback_by')::DATE
    FROM run
    WHERE
        state IN ('publishing', 'paused', 'published', 'evaluating', 'closed', 'stopped')
        AND (brief ->> '$.feedback_by')::DATE < $today::DATE
        AND NOT EXISTS (FROM feedback WHERE feedback.run = run.run)
) AS owed
INNER JOIN run ON owed.run = run.run
WHERE $run = '' OR owed.run = $run
ORDER BY owed.since, owed.run, owed.what, owed.look
