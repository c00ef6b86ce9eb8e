-- Reads plan_price. Grain: that of the table.
SELECT ceiling, amount, gain, low, high
FROM plan_price
WHERE run = $run
ORDER BY ceiling
