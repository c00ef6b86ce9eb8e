-- Reads cluster_sum, known_before. Grain: one row per dimension, group and arm, with what the estimator needs. A cluster
-- belongs to the group of its first person, which no arm changes.
WITH cluster_group AS (
    SELECT
        cluster_key, arm, arg_min(need, person_key) AS need,
        arg_min(life_situation, person_key) AS life_situation,
        arg_min("language", person_key) AS "language", arg_min(district, person_key) AS district
    FROM known_before
    GROUP BY ALL
), grouped AS (
    SELECT
        need, life_situation, "language", district, sums.arm, count(*) AS clusters, CAST(sum(m) AS DOUBLE) AS units,
        sum(y) AS total, sum(y * y) AS total_squared, sum(y * m) AS cross_product,
        CAST(sum(m * m) AS DOUBLE) AS units_squared, CAST(sum(observed_persons) AS BIGINT) AS persons
    FROM cluster_sum AS sums
    INNER JOIN cluster_group ON sums.cluster_key = cluster_group.cluster_key AND sums.arm = cluster_group.arm
    WHERE sums.m > 0
    GROUP BY GROUPING SETS ((need, sums.arm), (life_situation, sums.arm), ("language", sums.arm), (district, sums.arm))
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
