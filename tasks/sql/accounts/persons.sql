-- Reads audience, assignment. One row per wave and standing of its persons: held_out, assigned, unplanned or why excluded.
SELECT
    audience.wave,
    CASE
        WHEN audience.excluded_reason IS NOT NULL THEN audience.excluded_reason
        WHEN audience.arm = 'holdout' THEN 'held_out'
        WHEN assignment.person_key IS NOT NULL THEN 'assigned'
        ELSE 'unplanned'
    END AS standing,
    count(*) AS persons
FROM audience
LEFT JOIN assignment
    ON
        audience.run = assignment.run
        AND audience.wave = assignment.wave
        AND audience.person_key = assignment.person_key
WHERE audience.run = $run
GROUP BY ALL
ORDER BY persons DESC, standing;
