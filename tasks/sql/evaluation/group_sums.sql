-- Reads cluster_sum. Grain: one row per dimension, group and arm, with what the estimator needs. A cluster belongs to the
-- group of its first person, which no arm changes.
WITH grouped AS (
    SELECT
        need, life_situation, "language", district, arm, count(*) AS clusters, CAST(sum(m) AS DOUBLE) AS units,
        sum(y) AS total, sum(y * y) AS total_squared, sum(y * m) AS cross_product,
        CAST(sum(m * m) AS DOUBLE) AS units_squared, CAST(sum(observed_persons) AS BIGINT) AS persons
    FROM cluster_sum
    WHERE m > 0
    GROUP BY GROUPING SETS ((need, arm), (life_situation, arm), ("language", arm), (district, arm))
)
SELECT
    CASE
        WHEN need IS NOT NULL THEN 'need'
        WHEN life_situation IS NOT NULL THEN 'life_situation'
        WHEN "language" IS NOT NULL THEN 'language'
        ELSE 'district'
    END AS dimension,
    coalesce(need, life_situation, "language", district) AS group_name,
    arm, clusters, units, total, total_squared, cross_product, units_squared, persons
FROM grouped
WHERE coalesce(need, life_situation, "language", district) IS NOT NULL
ORDER BY dimension, group_name, arm
