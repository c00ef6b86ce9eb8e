-- Reads plan_fairness. Grain: that of the table.
SELECT share, effect, most
FROM plan_fairness
WHERE run = $run
ORDER BY share
