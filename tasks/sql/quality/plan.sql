-- Reads run, plan, assignment, audience, contact_point of one run ($run); $channels is the JSON list of channels with
-- the address kind each needs. Grain: one row per wave and channel that is planned or assigned, at least one per wave.
-- Columns that hold for a wave or for the whole run are repeated on each of its rows.
WITH brief AS (
    SELECT
        (brief -> 'budget' ->> 'sek')::DOUBLE AS budget_sek, (brief -> 'budget' ->> 'co2_kg')::DOUBLE AS budget_co2,
        unnest((brief -> 'waves')::JSON[]) ->> 'name' AS wave
    FROM run
    WHERE run = $run
),

channel AS (
    SELECT entry ->> 'name' AS channel, entry ->> 'address_kind' AS address_kind
    FROM (SELECT unnest($channels::JSON[]) AS entry)
),

planned AS (
    SELECT
        plan.wave, plan.channel, sum(plan.persons) FILTER (WHERE channel.address_kind IS NOT NULL) AS persons,
        min(plan.persons) AS least_persons
    FROM plan
    LEFT JOIN channel ON plan.channel = channel.channel
    WHERE plan.run = $run
    GROUP BY ALL
),

assigned AS (
    SELECT
        assignment.wave, assignment.channel, count(*) AS persons,
        count(*) - count(DISTINCT assignment.person_key) AS twice,
        count(*) FILTER (WHERE audience.person_key IS NULL OR audience.arm = 'holdout') AS held_out,
        count(*) FILTER (WHERE audience.excluded_reason IS NOT NULL) AS excluded,
        count(*) FILTER (
            WHERE channel.channel IS NULL OR (channel.address_kind IS NOT NULL AND point.person_key IS NULL)
        ) AS unreached
    FROM assignment
    LEFT JOIN channel ON assignment.channel = channel.channel
    LEFT JOIN audience
        ON assignment.run = audience.run AND assignment.wave = audience.wave
        AND assignment.person_key = audience.person_key
    LEFT JOIN (SELECT DISTINCT person_key, address_kind FROM contact_point) AS point
        ON assignment.person_key = point.person_key AND channel.address_kind = point.address_kind
    WHERE assignment.run = $run
    GROUP BY ALL
),

cell AS (
    SELECT wave, channel FROM planned
    UNION
    SELECT wave, channel FROM assigned
),

standing AS (
    SELECT
        audience.wave,
        count(*) FILTER (
            WHERE audience.excluded_reason IS NULL AND audience.arm IS DISTINCT FROM 'holdout'
            AND assignment.person_key IS NULL
        ) AS unaccounted
    FROM audience
    LEFT JOIN assignment
        ON audience.run = assignment.run AND audience.wave = assignment.wave
        AND audience.person_key = assignment.person_key
    WHERE audience.run = $run
    GROUP BY audience.wave
),

-- Contacts of a person over the waves to the public, against those that the city's contact budget leaves.
contacted AS (
    SELECT count(*) FILTER (WHERE contacts > contacts_left) AS beyond
    FROM (
        SELECT audience.person_key, count(*) AS contacts, min(audience.contacts_left) AS contacts_left
        FROM assignment
        INNER JOIN audience
            ON assignment.run = audience.run AND assignment.wave = audience.wave
            AND assignment.person_key = audience.person_key
        WHERE assignment.run = $run AND audience.kind <> 'employees'
        GROUP BY audience.person_key
    )
),

total AS (
    SELECT
        coalesce(sum(cost_sek), 0) AS cost_sek, coalesce(sum(co2_kg), 0) AS co2_kg,
        count(*) FILTER (WHERE channel = 'web') AS web_rows
    FROM plan
    WHERE run = $run
)

SELECT
    brief.wave, cell.channel, coalesce(planned.least_persons, 0)::BIGINT AS least_persons,
    CASE WHEN cell.channel = 'none' THEN 0 ELSE abs(coalesce(planned.persons, 0) - coalesce(assigned.persons, 0)) END::BIGINT AS plan_differs_by,
    coalesce(assigned.twice, 0) AS assigned_twice, coalesce(assigned.held_out, 0) AS assigned_held_out,
    coalesce(assigned.excluded, 0) AS assigned_excluded, coalesce(assigned.unreached, 0) AS assigned_unreached,
    coalesce(standing.unaccounted, 0) AS unaccounted,
    total.cost_sek - brief.budget_sek AS over_budget_sek, total.co2_kg - brief.budget_co2 AS over_budget_co2,
    total.web_rows, contacted.beyond AS beyond_contacts_left
FROM brief
CROSS JOIN total
CROSS JOIN contacted
LEFT JOIN cell ON brief.wave = cell.wave
LEFT JOIN planned ON cell.wave = planned.wave AND cell.channel = planned.channel
LEFT JOIN assigned ON cell.wave = assigned.wave AND cell.channel = assigned.channel
LEFT JOIN standing ON brief.wave = standing.wave
