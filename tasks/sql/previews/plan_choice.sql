-- Reads plan_choice. Grain: that of the table, without what fewer than ten persons get: charges would tell how many.
SELECT segment, sequence, effect, budget_charge, carbon_charge, capacity_charge, setup_charge, equity_credit, net, second, second_net
FROM plan_choice
WHERE run = $run AND persons >= 10
ORDER BY segment, sequence
