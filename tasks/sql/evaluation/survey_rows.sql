-- Reads observed_person, drawn_cluster, person_covariate. Writes study_row: one row per person who answered; where
-- households are the unit the answers of one share its weight. The weight is raked afterwards.
CREATE OR REPLACE TEMP TABLE study_row AS
SELECT
    drawn.number AS row, drawn.number AS unit, drawn.cluster, drawn.arm, '' AS stratum,
    CASE
        WHEN $unit = 'household' THEN 1.0 / count(*) OVER (PARTITION BY drawn.household, drawn.arm)
        ELSE 1.0
    END AS weight,
    cluster.received, drawn.value AS outcome_0, covariates.* EXCLUDE (number)
FROM observed_person AS drawn
INNER JOIN drawn_cluster AS cluster ON drawn.cluster = cluster.cluster AND drawn.arm = cluster.arm
LEFT JOIN person_covariate AS covariates ON drawn.number = covariates.number
WHERE drawn.value IS NOT NULL
