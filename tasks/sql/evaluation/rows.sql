-- Reads cluster_sum, stratum, cluster_covariate. Writes study_row, what the estimator reads: one row per observed cluster
-- and arm, weighing as many units as were observed, the outcome their mean.
CREATE OR REPLACE TEMP TABLE study_row AS
SELECT
    sums.first AS row, sums.cluster AS unit, sums.cluster, sums.arm, stratum.stratum,
    CAST(sums.m AS DOUBLE) AS weight, sums.received, sums.y / sums.m AS outcome_0,
    covariates.* EXCLUDE (cluster, arm)
FROM cluster_sum AS sums
INNER JOIN stratum ON coalesce(sums.segment, '') = stratum.segment
LEFT JOIN cluster_covariate AS covariates ON sums.cluster = covariates.cluster AND sums.arm = covariates.arm
WHERE sums.m > 0
