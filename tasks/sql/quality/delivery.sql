-- Reads message, delivery, delivery_event, audience of one run ($run).
-- to_control_group: to somebody held out for good, or in a shard that is sent when the person's arm is not.
-- Grain: one row per planned message with its newest state; one row of nulls where nothing was planned.
WITH whole AS (
    SELECT
        (SELECT count(*) FROM message WHERE run = $run) AS planned,
        (SELECT count(*) FROM delivery WHERE run = $run) AS with_state,
        (
            SELECT count(DISTINCT message_id) FROM delivery_event
            WHERE run = $run AND message_id NOT IN (SELECT message_id FROM message WHERE run = $run)
        ) AS unplanned
)

SELECT
    delivery.message_id, delivery.channel, delivery.status,
    coalesce(delivery.status IN ('accepted', 'delivered') AND delivery.accepted_at IS NULL, false)
        AS accepted_without_time,
    coalesce(
        audience.arm = 'holdout'
        OR (audience.arm = 'later') <> starts_with(delivery.shard, delivery.wave || '-later-'),
        false
    ) AS to_control_group,
    abs(whole.planned - whole.with_state) AS planned_without_state, whole.unplanned
FROM whole
LEFT JOIN delivery ON delivery.run = $run
LEFT JOIN audience
    ON
        delivery.run = audience.run AND delivery.wave = audience.wave
        AND delivery.person_key = audience.person_key
