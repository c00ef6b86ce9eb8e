-- Reads eligible, label. Writes the temporary table drawn, one row per person: cluster and arm.
-- Within each stratum exactly share × clusters, halves upwards, of the least keyed hashes are held out.
CREATE OR REPLACE TEMP TABLE drawn AS
WITH cluster_of AS (
    SELECT eligible.person_key, eligible.segment, coalesce(label.cluster, eligible.person_key) AS cluster
    FROM eligible
    LEFT JOIN label ON eligible.person_key = label.person_key
),

cluster AS (
    SELECT cluster, arg_min(segment, person_key) AS stratum, keyed_hash('holdout', $run || ':' || cluster) AS draw
    FROM cluster_of
    GROUP BY cluster
),

arms AS (
    SELECT
        cluster,
        CASE
            WHEN
                row_number() OVER (PARTITION BY stratum ORDER BY draw, cluster)
                <= floor($share::DECIMAL(9, 6) * count(*) OVER (PARTITION BY stratum) + 0.5)
                THEN 'holdout'
            ELSE 'treated'
        END AS arm
    FROM cluster
)

SELECT cluster_of.person_key, cluster_of.cluster, arms.arm
FROM cluster_of
INNER JOIN arms ON cluster_of.cluster = arms.cluster
