-- Reads run, outcome, audience, person of one run ($run); today's date is $today.
-- Grain: one row per unit, outcome and day of observation; one row of nulls where there is none.
WITH brief AS (
    SELECT
        (brief -> 'objective' ->> 'baseline')::DOUBLE BETWEEN 0 AND 1
        AND (brief -> 'objective' ->> 'target')::DOUBLE BETWEEN 0 AND 1 AS is_share,
        (brief -> 'schedule' ->> 'start')::TIMESTAMPTZ::DATE AS start_date,
        brief -> 'objective' ->> 'outcome' AS outcome,
        list_append(
            (brief ->> '$.kpis[*].outcome')::VARCHAR[], brief -> 'objective' ->> 'outcome'
        ) AS outcomes,
        coalesce((brief ->> '$.covariates[*]')::VARCHAR[], []) AS covariates
    FROM run
    WHERE run = $run
),

known AS (
    SELECT 'person' AS unit, person_key AS unit_key FROM audience WHERE run = $run
    UNION
    SELECT 'household', household_key FROM audience WHERE run = $run
    UNION
    SELECT 'area', unnest([person.district, person.area, person.unit])
    FROM audience
    INNER JOIN person ON audience.kind = person.kind AND audience.person_key = person.person_key
    WHERE audience.run = $run
)

SELECT
    outcome.unit, outcome.unit_key, outcome.outcome, outcome.observed_on::VARCHAR AS observed_on,
    outcome.value,
    coalesce(isnan(outcome.value) OR isinf(outcome.value), false) AS not_a_number,
    coalesce(
        brief.is_share AND outcome.outcome = brief.outcome AND outcome.value NOT BETWEEN 0 AND 1, false
    ) AS outside_share,
    coalesce(NOT list_contains(brief.outcomes, outcome.outcome), false) AS other_outcome,
    outcome.unit_key IS NOT NULL AND known.unit_key IS NULL AS outside_audience,
    coalesce(
        outcome.observed_on < brief.start_date AND NOT list_contains(brief.covariates, 'observed_before'), false
    ) AS before_start,
    coalesce(outcome.observed_on > $today::DATE, false) AS after_today
FROM brief
LEFT JOIN outcome ON outcome.run = $run
LEFT JOIN known ON outcome.unit = known.unit AND outcome.unit_key = known.unit_key
