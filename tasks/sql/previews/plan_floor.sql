-- Reads plan_floor. Grain: that of the table.
SELECT floor_group, share, addressable, reached, cost
FROM plan_floor
WHERE run = $run
ORDER BY floor_group
