-- Reads cluster_sum (one row per household and arm of the experiment), audience, assignment, delivery.
-- Grain: one row per segment, household size (3 = three or more), arm and set of channels planned for the household.
-- exposure = accepted contacts per person by channel, a person's later ones and repeats of a channel counting less, as
-- in the plan; the other columns are what the estimator needs.
WITH contact AS (
    SELECT
        assignment.person_key, assignment.channel, assignment.message_id, delivery.accepted_at,
        delivery.accepted_at IS NOT NULL AND delivery.status <> 'hard_bounce' AS accepted
    FROM assignment
    LEFT JOIN delivery ON assignment.run = delivery.run AND assignment.message_id = delivery.message_id
    WHERE assignment.run = $run
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
    SELECT person_key, min(household_key) AS household_key, max(arm) AS arm
    FROM audience
    WHERE run = $run AND arm IS NOT NULL
    GROUP BY person_key
), planned AS (
    SELECT drawn.household_key, drawn.arm, valued.channel, sum(valued.worth) AS worth
    FROM drawn
    INNER JOIN valued ON drawn.person_key = valued.person_key
    GROUP BY ALL
), household AS (
    SELECT
        cluster_sum.*, least(cluster_sum.persons, 3) AS size,
        coalesce(channels.channels, []) AS channels
    FROM cluster_sum
    LEFT JOIN (
        SELECT household_key, arm, list(channel ORDER BY channel) AS channels FROM planned GROUP BY ALL
    ) AS channels
        ON cluster_sum.household_key = channels.household_key AND cluster_sum.arm = channels.arm
    WHERE cluster_sum.m > 0
), exposed AS (
    SELECT
        household.segment, household.size, household.arm, household.channels, planned.channel,
        sum(planned.worth) AS worth
    FROM household
    INNER JOIN planned ON household.household_key = planned.household_key AND household.arm = planned.arm
    GROUP BY ALL
), summed AS (
    SELECT
        segment, size, arm, channels, sum(persons) AS persons,
        count(*) AS clusters, CAST(sum(m) AS DOUBLE) AS units, sum(y) AS total, sum(y * y) AS total_squared,
        sum(y * m) AS "cross", CAST(sum(m * m) AS DOUBLE) AS units_squared
    FROM household
    GROUP BY ALL
)
SELECT
    summed.segment, summed.size, summed.arm,
    map_from_entries(list({'k': exposed.channel, 'v': exposed.worth / summed.persons} ORDER BY exposed.channel)
        FILTER (WHERE exposed.channel IS NOT NULL)) AS exposure,
    summed.clusters, summed.units, summed.total, summed.total_squared, summed."cross", summed.units_squared
FROM summed
LEFT JOIN exposed
    ON
        summed.segment = exposed.segment AND summed.size = exposed.size AND summed.arm = exposed.arm
        AND summed.channels = exposed.channels
GROUP BY ALL
ORDER BY summed.segment, summed.size, summed.arm, exposure
