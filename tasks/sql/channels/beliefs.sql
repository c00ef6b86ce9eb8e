-- Reads response_belief. One row per channel and segment: the newest belief, as the mean of its Beta distribution.
SELECT channel, segment, arg_max(alpha / (alpha + beta), updated_at) AS share
FROM response_belief
GROUP BY channel, segment
