-- Reads delivery of one run; one row per channel and state of account, with the number of messages.
SELECT
    channel,
    CASE
        WHEN status IN ('accepted', 'delivered', 'soft_bounce', 'hard_bounce', 'complaint') THEN 'accepted'
        WHEN status IN ('queued', 'marked', 'deferred') THEN 'pending'
        ELSE status
    END AS account,
    count(*) AS messages
FROM delivery
WHERE run = ?
GROUP BY ALL
ORDER BY ALL;
