-- Reads drawn_person, reached_cluster, person_covariate. Writes study_row: one row per person who answered; where
-- households are the unit the answers of one share its weight. The weight is raked afterwards.
CREATE OR REPLACE TEMP TABLE study_row AS
SELECT
    row_number() OVER (ORDER BY drawn.person_key) AS row, drawn.person_key AS unit, drawn.cluster_key AS cluster,
    drawn.arm, '' AS stratum,
    CASE
        WHEN $unit = 'household' THEN 1.0 / count(*) OVER (PARTITION BY drawn.household_key, drawn.arm)
        ELSE 1.0
    END AS weight,
    coalesce(reached.received, 0) AS received, drawn.value AS outcome_0, covariates.* EXCLUDE (person_key)
FROM drawn_person AS drawn
LEFT JOIN reached_cluster AS reached ON drawn.cluster_key = reached.cluster_key AND drawn.arm = reached.arm
LEFT JOIN person_covariate AS covariates ON drawn.person_key = covariates.person_key
WHERE drawn.value IS NOT NULL
