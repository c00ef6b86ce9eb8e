-- Reads delivery, plan. Grain: one row per channel; messages, kronor and kilograms, as planned and as accepted. What a
-- channel costs once is in both: it is paid when the channel is started, or bought.
WITH message AS (
    SELECT
        channel,
        count(*) AS planned,
        count(*) FILTER (WHERE accepted_at IS NOT NULL) AS accepted,
        sum(cost_sek) AS planned_sek,
        coalesce(sum(cost_sek) FILTER (WHERE accepted_at IS NOT NULL), 0) AS accepted_sek,
        sum(co2_kg) AS planned_kg,
        coalesce(sum(co2_kg) FILTER (WHERE accepted_at IS NOT NULL), 0) AS accepted_kg
    FROM delivery
    WHERE run = $run
    GROUP BY channel
),

once AS (
    SELECT channel, sum(cost_sek) AS sek, sum(co2_kg) AS kg
    FROM plan
    WHERE run = $run AND segment = 'all' AND (cost_sek > 0 OR co2_kg > 0) AND persons = 0
    GROUP BY channel
)

SELECT
    coalesce(message.channel, once.channel) AS channel,
    coalesce(message.planned, 0) AS planned,
    coalesce(message.accepted, 0) AS accepted,
    coalesce(message.planned_sek, 0) + coalesce(once.sek, 0) AS planned_sek,
    coalesce(message.accepted_sek, 0) + coalesce(once.sek, 0) AS accepted_sek,
    coalesce(message.planned_kg, 0) + coalesce(once.kg, 0) AS planned_kg,
    coalesce(message.accepted_kg, 0) + coalesce(once.kg, 0) AS accepted_kg
FROM message
FULL JOIN once ON message.channel = once.channel
ORDER BY accepted_sek DESC, channel
