-- Reads study_value. Writes study_cluster_sum. Grain: one row per cluster, arm and stratum: the sum of weights (m), of
-- the outcome (y), and of what was received (d), both weighted.
CREATE OR REPLACE TEMP TABLE study_cluster_sum AS
SELECT cluster, arm, stratum, sum(weight) AS m, sum(weight * y) AS y, sum(weight * d) AS d
FROM study_value
GROUP BY cluster, arm, stratum
