-- Reads audience. Grain: one row per wave of which a part gets the message later: those persons, and the others whom the
-- message is meant for. Whom the plan leaves out is still meant to get it.
SELECT wave, count(*) FILTER (WHERE arm = 'later') AS later, count(*) FILTER (WHERE arm IS DISTINCT FROM 'later') AS others
FROM audience
WHERE run = $run AND coalesce(excluded_reason IN ('unreachable', 'over_budget', 'other_wave'), true)
GROUP BY wave
HAVING count(*) FILTER (WHERE arm = 'later') > 0
ORDER BY wave
