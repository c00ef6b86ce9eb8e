-- Reads cluster_sum. Grain: one row per segment and arm, with everything the estimator needs.
SELECT
    coalesce(segment, '') AS segment, arm,
    count(*) FILTER (WHERE m > 0) AS clusters,
    CAST(sum(m) AS DOUBLE) AS units, sum(y) AS total, sum(y * y) AS total_squared, sum(y * m) AS cross,
    CAST(sum(m * m) AS DOUBLE) AS units_squared,
    CAST(sum(observed_persons) AS BIGINT) AS persons,
    CAST(sum(persons) AS BIGINT) AS drawn_persons,
    CAST(sum(households) AS BIGINT) AS drawn_households,
    CAST(sum(observed_households) AS BIGINT) AS observed_households,
    count(*) AS drawn_clusters
FROM cluster_sum
GROUP BY segment, arm
ORDER BY segment, arm
