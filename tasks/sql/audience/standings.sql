-- Reads audience. Grain: one row per wave and standing. Before the draw nobody is held out; whoever the plan leaves
-- without a channel keeps the arm and is still meant to get the message.
SELECT
    wave,
    CASE
        WHEN excluded_reason NOT IN ('unreachable', 'over_budget', 'other_wave') THEN excluded_reason
        WHEN arm = 'holdout' THEN 'held_out'
        ELSE 'may_be_contacted'
    END AS standing,
    count(*) AS persons
FROM audience
WHERE run = $run
GROUP BY ALL
ORDER BY wave, standing
