-- Reads delivery of one run; one row per channel, state and reply code of what was not taken, without numbers: how few
-- a code concerns is nobody's business.
SELECT DISTINCT channel, status, code
FROM delivery
WHERE run = ? AND status IN ('deferred', 'rejected', 'unknown') AND code <> ''
ORDER BY ALL;
