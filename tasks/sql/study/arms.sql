-- Reads study_row. Grain: one row per arm, with what was drawn to it: rows, units, clusters, the sum of squares of the
-- clusters' units, and how many of its clusters other arms have too.
WITH per_cluster AS (
    SELECT cluster, arm, count(DISTINCT unit) AS units, count(*) AS members
    FROM study_row
    GROUP BY cluster, arm
), spread AS (
    SELECT *, count(*) OVER (PARTITION BY cluster) AS arms FROM per_cluster
)
SELECT
    arm, sum(members)::BIGINT AS members, sum(units)::BIGINT AS units, count(*) AS clusters,
    sum(units * units)::DOUBLE AS units_squared, count(*) FILTER (WHERE arms > 1) AS shared
FROM spread
GROUP BY arm
ORDER BY arm
