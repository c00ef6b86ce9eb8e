-- Reads audience, final_assignment, delivery, raw_household (household_id, household_key). Writes world: the simulated city.
-- Grain: one row per household of the experiment, with what it would do without (y0) and with (y1) the campaign.
-- One uniform number per household decides both, so the campaign never makes a household act less.
CREATE OR REPLACE TEMP TABLE world AS
WITH reached AS (
    SELECT
        final_assignment.person_key,
        bool_or(final_assignment.channel = 'email') AS by_email, bool_or(final_assignment.channel = 'letter') AS by_letter
    FROM final_assignment
    LEFT JOIN delivery ON final_assignment.run = delivery.run AND final_assignment.message_id = delivery.message_id
    WHERE final_assignment.run = $run AND coalesce(delivery.status, 'accepted') IN ('accepted', 'delivered')
    GROUP BY final_assignment.person_key
), household AS (
    SELECT
        audience.household_key, max(audience.arm) AS arm,
        arg_min(audience.segment, audience.person_key) AS segment,
        count(DISTINCT audience.person_key) AS persons,
        CASE WHEN bool_or(reached.by_letter) THEN 'letter' WHEN bool_or(reached.by_email) THEN 'email' ELSE 'none' END
            AS channel
    FROM audience
    LEFT JOIN reached ON audience.person_key = reached.person_key
    WHERE audience.run = $run AND audience.arm IS NOT NULL
    GROUP BY audience.household_key
), treated AS (
    -- A household held out would have been reached as the treated ones of its segment were, in the same shares.
    SELECT
        segment, avg(CAST(channel = 'letter' AS INTEGER)) AS letters,
        avg(CAST(channel = 'email' AS INTEGER)) AS emails
    FROM household
    WHERE arm = 'treated'
    GROUP BY segment
), drawn AS (
    SELECT
        household.*, raw_household.household_id, treated.letters, treated.emails,
        CAST('0x' || left(sha256($seed || ':act:' || raw_household.household_id), 8) AS UINTEGER) / 4294967296.0 AS act,
        CAST('0x' || left(sha256($seed || ':reach:' || raw_household.household_id), 8) AS UINTEGER) / 4294967296.0 AS reach
    FROM household
    INNER JOIN raw_household ON household.household_key = raw_household.household_key
    LEFT JOIN treated ON household.segment = treated.segment
), chances AS (
    SELECT
        household_id, arm, persons, act,
        CASE
            WHEN contains(segment, 'over_80') THEN 0.08
            WHEN contains(segment, 'senior') THEN 0.09
            WHEN contains(segment, 'children') THEN 0.12
            ELSE 0.10
        END AS base,
        CASE
            CASE
                WHEN arm = 'treated' THEN channel
                WHEN reach < letters THEN 'letter'
                WHEN reach < letters + emails THEN 'email'
                ELSE 'none'
            END
            WHEN 'letter' THEN $letter
            WHEN 'email' THEN $email
            ELSE $unreached
        END AS gain
    FROM drawn
)
SELECT
    household_id, arm, persons, look.look, look.observed_on,
    CAST(act < base + look.later AS DOUBLE) AS y0,
    CAST(act < base + gain + 2 * look.later AS DOUBLE) AS y1
FROM chances
CROSS JOIN (SELECT unnest($looks) AS look, unnest($days) AS observed_on, unnest($later) AS later) AS look
