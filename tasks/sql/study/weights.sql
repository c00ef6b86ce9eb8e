-- Reads study_row. Grain: one row per arm: its rows with an outcome and their effective number by weight, its clusters and
-- theirs, and what the clusters' residuals keep of the variance: 1 - 2 Σm³/(Σm Σm²) + Σm²/(Σm)². Weights are divided by
-- the largest, so that no fourth power is needed of them.
WITH valued AS (
    SELECT arm, cluster, weight / max(weight) OVER () AS w FROM study_row WHERE outcome_0 IS NOT NULL
), per_cluster AS (
    SELECT arm, cluster, count(*) AS members, sum(w) AS m, sum(w * w) AS squares FROM valued GROUP BY arm, cluster
)
SELECT
    arm, sum(members)::BIGINT AS members, sum(m) ^ 2 / sum(squares) AS effective, count(*) AS clusters,
    sum(m) ^ 2 / sum(m * m) AS effective_clusters,
    1 - 2 * sum(m * m * m) / sum(m) / sum(m * m) + sum(m * m) / sum(m) ^ 2 AS kept
FROM per_cluster
GROUP BY arm
