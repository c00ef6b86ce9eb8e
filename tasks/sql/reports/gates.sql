-- Reads check_result. Grain: one row per gate that was not simply passed, with how many findings it had.
SELECT check_name, any_value(requirement) AS requirement, count(*) AS findings
FROM check_result
WHERE run = $run AND suite = 'gates' AND NOT success
GROUP BY check_name
ORDER BY check_name
