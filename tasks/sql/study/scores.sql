-- Reads study_cluster_sum, study_level (arm, stratum, level, scale). Grain: one row per arm; where clusters have members
-- in both arms, one row in all. Each cluster's influence on the difference is summed over its strata before it is squared.
WITH scored AS (
    SELECT
        sums.cluster, CASE WHEN $joint THEN '' ELSE sums.arm END AS side,
        sum(levels.scale * (CASE WHEN $received THEN sums.d ELSE sums.y - $slope * sums.d END - levels.level * sums.m))
            AS score
    FROM study_cluster_sum AS sums
    INNER JOIN study_level AS levels ON sums.arm = levels.arm AND sums.stratum = levels.stratum
    GROUP BY ALL
)
SELECT side, count(*) AS clusters, fsum(score * score) AS squares
FROM scored
GROUP BY side
ORDER BY side
