-- Reads plan_choice. Grain: that of the table.
SELECT segment, sequence, effect, budget_charge, carbon_charge, capacity_charge, setup_charge, equity_credit, net, second, second_net
FROM plan_choice
WHERE run = $run
ORDER BY segment, sequence
