-- Reads run, audience, assignment, person, register_extract, check_result of one run ($run); today's date is $today,
-- $extract_days how old the extract of each kind may be.
-- Grain: one row per wave and person of the audience, one row without a person for a wave that found nobody.
-- Columns that hold for a wave or for the whole audience are repeated on each of its rows.
WITH brief AS (
    SELECT
        (brief -> 'holdout' ->> 'share')::DOUBLE AS share,
        brief -> 'holdout' ->> 'by' AS by_unit,
        unnest((brief -> 'waves')::JSON[]) ->> 'name' AS wave
    FROM run
    WHERE run = $run
),

fenced_household AS (
    SELECT DISTINCT household_key FROM person WHERE protected
),

fenced_person AS (
    SELECT DISTINCT person_key FROM person WHERE protected
),

member AS (
    SELECT
        audience.wave, audience.person_key, audience.household_key, audience.kind, audience.segment, audience.arm,
        audience.excluded_reason, coalesce(audience.cluster_key, audience.household_key) AS cluster_key,
        fenced_household.household_key IS NOT NULL OR fenced_person.person_key IS NOT NULL AS protected,
        assignment.person_key IS NOT NULL AS assigned
    FROM audience
    LEFT JOIN (SELECT DISTINCT wave, person_key FROM assignment WHERE run = $run) AS assignment
        ON audience.wave = assignment.wave AND audience.person_key = assignment.person_key
    LEFT JOIN fenced_household ON audience.household_key = fenced_household.household_key
    LEFT JOIN fenced_person ON audience.person_key = fenced_person.person_key
    WHERE audience.run = $run
),

household AS (
    SELECT household_key, count(DISTINCT arm) AS arms FROM member GROUP BY household_key
),

-- By clusters: three times the error of simple sampling, which the stratified draw stays well inside, and half a
-- cluster of rounding per stratum.
draw AS (
    SELECT
        wave,
        count(*) AS persons,
        count(DISTINCT cluster_key) FILTER (WHERE arm IN ('holdout', 'later'))::DOUBLE
        / nullif(count(DISTINCT cluster_key) FILTER (WHERE arm IS NOT NULL), 0) AS share,
        count(DISTINCT cluster_key) FILTER (WHERE arm IS NOT NULL) AS clusters,
        count(DISTINCT segment) FILTER (WHERE arm IS NOT NULL) AS strata
    FROM member
    GROUP BY wave
),

whole AS (
    SELECT count(*) AS persons, count(*) FILTER (WHERE excluded_reason IS NULL) AS addressable FROM member
),

source AS (
    SELECT
        coalesce(
            max(date_diff('day', extract.extracted_on, $today::DATE) - (CAST($extract_days AS MAP(VARCHAR, INTEGER)))[used.kind])
                FILTER (WHERE used.kind = 'population'),
            0
        ) AS population_days_too_old,
        coalesce(sum(broken.checks), 0)::BIGINT AS broken_register_checks
    FROM (SELECT DISTINCT kind FROM member) AS used
    LEFT JOIN register_extract AS extract ON used.kind = extract.kind
    LEFT JOIN (
        SELECT run, count(*) AS checks
        FROM check_result
        WHERE stage = 'register' AND kind = 'critical' AND NOT success
        GROUP BY run
    ) AS broken ON broken.run = 'register:' || used.kind
)

SELECT
    brief.wave, member.person_key, member.arm, member.excluded_reason,
    coalesce(member.protected AND (member.arm IS NOT NULL OR member.excluded_reason IS NULL OR member.assigned), false)
        AS protected_and_addressed,
    coalesce(brief.by_unit = 'household' AND household.arms > 1, false) AS household_is_split,
    member.person_key IS NOT NULL AND member.arm IS NULL AND member.excluded_reason IS NULL
    AND coalesce(draw.share, -1) >= 0 AS left_out_without_reason,
    coalesce(member.excluded_reason = 'stale_extract', false) AS extract_is_stale,
    coalesce(
        abs(draw.share - brief.share)
        - 3 * sqrt(brief.share * (1 - brief.share) / draw.clusters) - 0.5 * draw.strata / draw.clusters,
        0
    ) AS holdout_beyond_tolerance,
    coalesce(draw.persons, 0) AS persons_of_wave, whole.persons, whole.addressable,
    source.population_days_too_old, source.broken_register_checks
FROM brief
CROSS JOIN source
CROSS JOIN whole
LEFT JOIN draw ON brief.wave = draw.wave
LEFT JOIN member ON brief.wave = member.wave
LEFT JOIN household ON member.household_key = household.household_key
