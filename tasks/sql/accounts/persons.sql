-- Reads audience, final_assignment. One row per wave and standing of its persons: held_out, assigned, unplanned or why excluded.
SELECT
    audience.wave,
    CASE
        WHEN audience.excluded_reason = 'other_wave' AND final_assignment.person_key IS NOT NULL THEN 'assigned'
        WHEN audience.excluded_reason IS NOT NULL THEN audience.excluded_reason
        WHEN audience.arm = 'holdout' THEN 'held_out'
        WHEN final_assignment.person_key IS NOT NULL THEN 'assigned'
        ELSE 'unplanned'
    END AS standing,
    count(*) AS persons
FROM audience
LEFT JOIN final_assignment
    ON
        audience.run = final_assignment.run
        AND audience.wave = final_assignment.wave
        AND audience.person_key = final_assignment.person_key
WHERE audience.run = $run
GROUP BY ALL
ORDER BY persons DESC, standing;
