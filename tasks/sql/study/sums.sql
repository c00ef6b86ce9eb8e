-- Reads study_cluster_sum. Grain: one row per stratum and arm, with everything the estimator needs of the outcome minus
-- $slope times what was received, or of the latter alone.
WITH valued AS (
    SELECT stratum, arm, m, CASE WHEN $received THEN d ELSE y - $slope * d END AS v
    FROM study_cluster_sum
    WHERE arm = $treated OR arm = $control
)
SELECT
    stratum, arm, count(*) AS clusters, fsum(m) AS units, fsum(v) AS total, fsum(v * v) AS total_squared,
    fsum(v * m) AS cross_product, fsum(m * m) AS units_squared
FROM valued
GROUP BY stratum, arm
ORDER BY stratum, arm
