-- Reads message, delivery_event. Writes sent: one row per message of the run, with what the view delivery says of it, at the
-- price of this run alone: first accepted when, whether it reached anybody (accepted and not bounced), what it cost then.
CREATE OR REPLACE TEMP TABLE sent AS
WITH event AS (
    SELECT
        message_id, min(happened_at) AS accepted_at,
        max(list_position(['soft_bounce', 'delivered', 'hard_bounce', 'complaint'], status)) AS receipt
    FROM delivery_event
    WHERE run = $run AND status IN ('accepted', 'soft_bounce', 'delivered', 'hard_bounce', 'complaint')
    GROUP BY message_id
)
SELECT
    message.message_id, event.accepted_at,
    event.accepted_at IS NOT NULL AND coalesce(event.receipt <> 3, true) AS reached,
    CASE WHEN event.accepted_at IS NULL THEN 0 ELSE message.cost_sek END AS cost_sek,
    CASE WHEN event.accepted_at IS NULL THEN 0 ELSE message.co2_kg END AS co2_kg
FROM message
LEFT JOIN event ON message.message_id = event.message_id
WHERE message.run = $run
