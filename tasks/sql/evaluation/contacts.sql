-- Reads drawn_person, final_assignment, message, delivery_event. Writes contact: one row per treated person of the
-- experiment and planned message, with what the view delivery says of it, at the price of this run alone: first accepted
-- when, whether it reached anybody (accepted and not bounced), what it cost then. message = hash of its id, which
-- message_start begins; place = that of the channel in alphabetical order, from 0.
CREATE OR REPLACE TEMP TABLE contact AS
WITH planned AS (
    SELECT person_key, channel, message_id FROM final_assignment WHERE run = $run
), channel AS (
    SELECT channel, row_number() OVER (ORDER BY channel) - 1 AS place
    FROM (
        SELECT channel FROM assignment WHERE run = $run
        UNION
        SELECT channel FROM diversion WHERE run = $run
    )
), event AS (
    SELECT
        hash(message_id) AS message, min(happened_at) AS accepted_at,
        max(list_position(['soft_bounce', 'delivered', 'hard_bounce', 'complaint'], status)) AS receipt
    FROM delivery_event
    WHERE run = $run AND status IN ('accepted', 'soft_bounce', 'delivered', 'hard_bounce', 'complaint')
    GROUP BY message
), priced AS (
    SELECT hash(message_id) AS message, cost_sek, co2_kg FROM message WHERE run = $run
)
SELECT
    drawn.number, drawn.cluster, drawn.arm, planned.channel, channel.place,
    hash(planned.message_id) AS message, left(planned.message_id, 12) AS message_start,
    event.accepted_at IS NOT NULL AND coalesce(event.receipt <> 3, true) AS reached, event.accepted_at,
    CASE WHEN event.accepted_at IS NULL THEN 0 ELSE priced.cost_sek END AS cost_sek,
    CASE WHEN event.accepted_at IS NULL THEN 0 ELSE priced.co2_kg END AS co2_kg
FROM planned
INNER JOIN channel ON planned.channel = channel.channel
INNER JOIN drawn_person AS drawn ON hash(planned.person_key) = drawn.person AND drawn.arm = 'treated'
LEFT JOIN priced ON hash(planned.message_id) = priced.message
LEFT JOIN event ON hash(planned.message_id) = event.message
