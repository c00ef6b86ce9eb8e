-- Reads cluster_sum, stratum, reached_cluster, cluster_covariate. Writes study_row, what the estimator reads: one row per
-- observed cluster and arm, weighing as many units as were observed, the outcome their mean.
CREATE OR REPLACE TEMP TABLE study_row AS
SELECT
    row_number() OVER (ORDER BY sums.cluster_key, sums.arm) AS row, sums.cluster_key AS unit,
    sums.cluster_key AS cluster, sums.arm, stratum.stratum, CAST(sums.m AS DOUBLE) AS weight,
    coalesce(reached.received, 0) AS received, sums.y / sums.m AS outcome_0,
    covariates.* EXCLUDE (cluster_key, arm)
FROM cluster_sum AS sums
INNER JOIN stratum ON coalesce(sums.segment, '') = stratum.segment
LEFT JOIN reached_cluster AS reached ON sums.cluster_key = reached.cluster_key AND sums.arm = reached.arm
LEFT JOIN cluster_covariate AS covariates
    ON sums.cluster_key = covariates.cluster_key AND sums.arm = covariates.arm
WHERE sums.m > 0
