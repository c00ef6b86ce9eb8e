-- Reads plan_rule, plan and audience. Grain: that of plan_rule. Cost and carbon of the whole campaign: the optimum's are
-- those of the plan itself; the simpler ways also pay for the waves to employees, which are planned before and apart.
WITH whole AS (
    SELECT sum(cost_sek) AS sek, sum(co2_kg) AS kg
    FROM plan
    WHERE run = $run
),

public AS (
    SELECT DISTINCT wave
    FROM audience
    WHERE run = $run AND kind <> 'employees'
),

apart AS (
    SELECT coalesce(sum(cost_sek), 0) AS sek, coalesce(sum(co2_kg), 0) AS kg
    FROM plan
    WHERE run = $run AND wave NOT IN (FROM public) AND EXISTS (FROM public)
)

SELECT
    rule, effect,
    CASE WHEN rule = 'optimum' THEN coalesce(whole.sek, cost_sek) ELSE cost_sek + apart.sek END AS cost_sek,
    CASE WHEN rule = 'optimum' THEN coalesce(whole.kg, co2_kg) ELSE co2_kg + apart.kg END AS co2_kg,
    lowest_reach
FROM plan_rule, whole, apart
WHERE run = $run
ORDER BY effect DESC, rule
