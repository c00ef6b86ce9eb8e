-- Reads response_belief. One row per channel and segment: the newest belief, a Beta distribution.
SELECT channel, segment, arg_max(alpha, updated_at) AS alpha, arg_max(beta, updated_at) AS beta
FROM response_belief
GROUP BY channel, segment
