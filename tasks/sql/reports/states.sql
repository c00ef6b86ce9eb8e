-- Reads report_messages. Grain: one row per channel and state, over the waves; messages is null where any wave hides them.
SELECT
    channel, status,
    CASE WHEN count(messages) = count(*) THEN sum(messages)::BIGINT END AS messages
FROM report_messages
WHERE run = $run
GROUP BY channel, status
ORDER BY channel, sum(messages) DESC NULLS LAST, status
