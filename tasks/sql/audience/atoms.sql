-- Reads audience, assignment and approached (of one wave). Grain: one row per combination of everything that a count of
-- persons may be told by: what became of them, how they are described, segment and channel; other_wave is no reason.
SELECT
    CASE
        WHEN audience.excluded_reason NOT IN ('unreachable', 'over_budget', 'other_wave') THEN audience.excluded_reason
        WHEN audience.arm = 'holdout' THEN 'held_out'
        ELSE 'may_be_contacted'
    END AS standing,
    CASE
        WHEN assignment.person_key IS NOT NULL THEN 'assigned'
        WHEN audience.excluded_reason IN ('unreachable', 'over_budget', 'other_wave') THEN audience.excluded_reason
    END AS outcome,
    coalesce(audience.arm = 'later', false) AS is_later,
    audience.segment, coalesce(assignment.channel, 'none') AS channel,
    approached.language, approached.easy_read, approached.district, approached.age, approached.reachability,
    approached.contacts_left, approached.knowledge,
    count(*) AS persons
FROM audience
LEFT JOIN assignment
    ON audience.run = assignment.run AND audience.wave = assignment.wave
    AND audience.person_key = assignment.person_key
LEFT JOIN approached ON audience.person_key = approached.person_key
WHERE audience.run = $run AND audience.wave = $wave
GROUP BY ALL
ORDER BY ALL
