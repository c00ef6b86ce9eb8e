-- Reads check_result. One row per expectation of a run, those that do not hold first; the gates are shown by themselves.
SELECT stage, check_name, kind, success, rows_checked, rows_failed, coalesce(message, '')
FROM check_result
WHERE run = $run AND suite <> 'gates'
ORDER BY success, stage, check_name;
