-- Reads eligible, label. Writes the temporary table drawn, one row per person: cluster (its least person_key) and arm.
-- Within each stratum exactly share × clusters, halves upwards, of the least keyed hashes are the
-- control group, whose arm is $control: holdout, or later where it gets the message later.
CREATE OR REPLACE TEMP TABLE drawn AS
WITH cluster_of AS (
    SELECT eligible.person_key, eligible.number, coalesce(label.cluster, eligible.number) AS cluster
    FROM eligible
    LEFT JOIN label ON eligible.number = label.number
),

-- The first person of a cluster gives it its key and its stratum.
first_of AS (
    SELECT number AS cluster, person_key AS cluster_key, segment AS stratum,
        keyed_hash('holdout', $run || ':' || person_key) AS draw
    FROM eligible
    SEMI JOIN cluster_of ON eligible.number = cluster_of.cluster
),

arms AS (
    SELECT
        cluster,
        cluster_key,
        CASE
            WHEN
                row_number() OVER (PARTITION BY stratum ORDER BY draw, cluster_key)
                <= floor($share::DECIMAL(9, 6) * count(*) OVER (PARTITION BY stratum) + 0.5)
                THEN $control
            ELSE 'treated'
        END AS arm
    FROM first_of
)

SELECT cluster_of.person_key, arms.cluster_key AS cluster, arms.arm
FROM cluster_of
INNER JOIN arms ON cluster_of.cluster = arms.cluster
