-- Reads cluster_sum (one row per cluster that was drawn as one, and arm), audience, final_assignment, delivery.
-- Grain: one row per segment, persons in the cluster (3 = three or more), arm and channels planned for it.
-- exposure = accepted contacts per person by channel, a person's later ones and repeats of a channel counting less, as
-- in the plan; the other columns are what the estimator needs.
WITH contact AS (
    SELECT
        final_assignment.person_key, final_assignment.channel, final_assignment.message_id, delivery.accepted_at,
        delivery.accepted_at IS NOT NULL AND delivery.status <> 'hard_bounce' AS accepted
    FROM final_assignment
    LEFT JOIN delivery ON final_assignment.run = delivery.run AND final_assignment.message_id = delivery.message_id
    WHERE final_assignment.run = $run
), valued AS (
    SELECT
        person_key, channel,
        CASE WHEN accepted
            THEN
                $later ** (row_number() OVER (PARTITION BY person_key, accepted ORDER BY accepted_at, message_id) - 1)
                * $repeated ** (
                    row_number() OVER (PARTITION BY person_key, channel, accepted ORDER BY accepted_at, message_id) - 1
                )
            ELSE 0
        END AS worth
    FROM contact
), drawn AS (
    SELECT person_key, min(coalesce(cluster_key, household_key)) AS cluster_key, max(arm) AS arm
    FROM audience
    WHERE run = $run AND arm IS NOT NULL
    GROUP BY person_key
), planned AS (
    SELECT drawn.cluster_key, drawn.arm, valued.channel, sum(valued.worth) AS worth
    FROM drawn
    INNER JOIN valued ON drawn.person_key = valued.person_key
    GROUP BY ALL
), cluster AS (
    SELECT
        cluster_sum.*, least(cluster_sum.persons, 3) AS size,
        coalesce(channels.channels, []) AS channels
    FROM cluster_sum
    LEFT JOIN (
        SELECT cluster_key, arm, list(channel ORDER BY channel) AS channels FROM planned GROUP BY ALL
    ) AS channels
        ON cluster_sum.cluster_key = channels.cluster_key AND cluster_sum.arm = channels.arm
    WHERE cluster_sum.m > 0
), exposed AS (
    SELECT
        cluster.segment, cluster.size, cluster.arm, cluster.channels, planned.channel,
        sum(planned.worth) AS worth
    FROM cluster
    INNER JOIN planned ON cluster.cluster_key = planned.cluster_key AND cluster.arm = planned.arm
    GROUP BY ALL
), summed AS (
    SELECT
        segment, size, arm, channels, sum(persons) AS persons,
        count(*) AS clusters, CAST(sum(m) AS DOUBLE) AS units, sum(y) AS total, sum(y * y) AS total_squared,
        sum(y * m) AS "cross", CAST(sum(m * m) AS DOUBLE) AS units_squared
    FROM cluster
    GROUP BY ALL
)
SELECT
    summed.segment, summed.size, summed.arm,
    map_from_entries(list({'k': exposed.channel, 'v': exposed.worth / summed.persons} ORDER BY exposed.channel)
        FILTER (WHERE exposed.channel IS NOT NULL)) AS exposure,
    summed.clusters, summed.units, summed.total, summed.total_squared, summed."cross", summed.units_squared,
    CAST(summed.persons AS BIGINT) AS persons
FROM summed
LEFT JOIN exposed
    ON
        summed.segment = exposed.segment AND summed.size = exposed.size AND summed.arm = exposed.arm
        AND summed.channels = exposed.channels
GROUP BY
    summed.segment, summed.size, summed.arm, summed.channels, summed.persons, summed.clusters, summed.units,
    summed.total, summed.total_squared, summed."cross", summed.units_squared
ORDER BY summed.segment, summed.size, summed.arm, summed.channels
