-- Reads plan_rule. Grain: that of the table.
SELECT rule, effect, cost_sek, co2_kg, lowest_reach
FROM plan_rule
WHERE run = $run
ORDER BY effect DESC, rule
