-- Reads response_evidence. Grain: one row per run, channel and segment.
SELECT run, observed_on, channel, segment, trials, successes
FROM response_evidence
ORDER BY observed_on, run, channel, segment
