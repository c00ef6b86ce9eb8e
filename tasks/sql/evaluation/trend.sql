-- Reads outcome. Grain: one row per day of observation up to $last_on with at least ten units: the mean of what was observed.
SELECT observed_on, count(*) AS units, avg(value) AS level
FROM outcome
WHERE run = $run AND outcome = $outcome AND observed_on <= $last_on
GROUP BY observed_on
HAVING count(*) >= 10 OR bool_and(unit = 'area')
ORDER BY observed_on
