-- Reads cluster_sum (one row per cluster that was drawn as one, and arm), contact.
-- Grain: one row per segment, persons in the cluster (3 = three or more), arm and channels planned for it.
-- exposure = accepted contacts per person by channel, a person's later ones and repeats of a channel counting less, as
-- in the plan; the other columns are what the estimator needs.
WITH several AS (
    -- The order of contacts only matters where somebody got more than one.
    SELECT number FROM contact WHERE reached GROUP BY number HAVING count(*) > 1
), repeated AS (
    SELECT number, message, place, accepted_at, message_start
    FROM contact
    SEMI JOIN several ON contact.number = several.number
    WHERE reached
), later AS (
    SELECT
        one.number, one.message, count(*) AS contacts, count(*) FILTER (WHERE before.place = one.place) AS of_channel
    FROM repeated AS one
    INNER JOIN repeated AS before
        ON one.number = before.number
        AND (before.accepted_at, before.message_start) < (one.accepted_at, one.message_start)
    GROUP BY one.number, one.message
), valued AS (
    SELECT
        contact.cluster, contact.arm, contact.channel,
        CASE
            WHEN contact.reached THEN $later ** coalesce(later.contacts, 0) * $repeated ** coalesce(later.of_channel, 0)
            ELSE 0
        END AS worth
    FROM contact
    LEFT JOIN later ON contact.number = later.number AND contact.message = later.message
), exposed AS (
    SELECT
        sums.segment, least(sums.persons, 3) AS size, sums.arm, sums.channels, valued.channel,
        sum(valued.worth) AS worth
    FROM valued
    INNER JOIN cluster_sum AS sums ON valued.cluster = sums.cluster AND valued.arm = sums.arm
    WHERE sums.m > 0
    GROUP BY ALL
), summed AS (
    SELECT
        segment, least(persons, 3) AS size, arm, channels, sum(persons) AS persons,
        count(*) AS clusters, CAST(sum(m) AS DOUBLE) AS units, sum(y) AS total, sum(y * y) AS total_squared,
        sum(y * m) AS "cross", CAST(sum(m * m) AS DOUBLE) AS units_squared
    FROM cluster_sum
    WHERE m > 0
    GROUP BY ALL
), exposure AS (
    SELECT
        exposed.segment, exposed.size, exposed.arm, exposed.channels,
        map_from_entries(list({'k': exposed.channel, 'v': exposed.worth / summed.persons} ORDER BY exposed.channel)) AS exposure
    FROM exposed
    INNER JOIN summed
        ON exposed.segment IS NOT DISTINCT FROM summed.segment AND exposed.size = summed.size
        AND exposed.arm = summed.arm AND exposed.channels = summed.channels
    GROUP BY ALL
)
SELECT
    summed.segment, summed.size, summed.arm, exposure.exposure, summed.clusters, summed.units, summed.total,
    summed.total_squared, summed."cross", summed.units_squared, CAST(summed.persons AS BIGINT) AS persons
FROM summed
LEFT JOIN exposure
    ON summed.segment IS NOT DISTINCT FROM exposure.segment AND summed.size = exposure.size
    AND summed.arm = exposure.arm AND summed.channels = exposure.channels
ORDER BY summed.segment, summed.size, summed.arm, exposure.exposure::VARCHAR
