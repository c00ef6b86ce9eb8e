-- Views over the tables; the same in the database and in the snapshot. Each names its grain.

-- One row per person of a register, as an audience query may read it: no names, no addresses.
CREATE OR REPLACE VIEW register_person AS
SELECT
    person.kind, person.person_key, person.household_key, person.status, person.birth_year,
    year(current_date) - person.birth_year AS age,
    person.district, person.area, person.language, person.easy_read, person.guardian_of, person.unit,
    person.consent_purposes, person.attributes,
    coalesce(points.has_email, false) AS has_email,
    coalesce(points.has_mobile, false) AS has_mobile,
    coalesce(points.has_digital_mailbox, false) AS has_digital_mailbox,
    coalesce(points.has_postal, false) AS has_postal
FROM person
LEFT JOIN (
    SELECT
        kind, person_key,
        bool_or(address_kind = 'email') AS has_email,
        bool_or(address_kind = 'mobile') AS has_mobile,
        bool_or(address_kind = 'digital_mailbox') AS has_digital_mailbox,
        bool_or(address_kind = 'postal') AS has_postal
    FROM contact_point
    GROUP BY ALL
) AS points
    ON person.kind = points.kind AND person.person_key = points.person_key;

CREATE OR REPLACE VIEW register_population AS FROM register_person WHERE kind = 'population';
CREATE OR REPLACE VIEW register_guardians AS FROM register_person WHERE kind = 'guardians';
CREATE OR REPLACE VIEW register_employees AS FROM register_person WHERE kind = 'employees';
CREATE OR REPLACE VIEW register_customers AS FROM register_person WHERE kind = 'customers';
CREATE OR REPLACE VIEW register_subscribers AS FROM register_person WHERE kind = 'subscribers';

-- One row per planned message with its newest state; marked without an outcome is still pending.
CREATE OR REPLACE VIEW delivery AS
SELECT
    message.run, message.message_id, message.wave, message.channel, message.variant, message.person_key,
    message.shard, message.cost_sek, message.co2_kg, message.planned_at,
    coalesce(newest.status, 'queued') AS status,
    newest.attempts, newest.accepted_at, newest.changed_at, newest.code, newest.provider_ref
FROM message
LEFT JOIN (
    SELECT
        run, message_id,
        arg_max(status, (segment, "offset")) AS status,
        max(attempt) AS attempts,
        min(happened_at) FILTER (WHERE status = 'accepted') AS accepted_at,
        max(happened_at) AS changed_at,
        arg_max(code, (segment, "offset")) AS code,
        max(provider_ref) AS provider_ref
    FROM delivery_event
    GROUP BY ALL
) AS newest
    ON message.run = newest.run AND message.message_id = newest.message_id;

-- The usual questions. Cells of fewer than 10 persons are hidden: the count is null.

-- One row per run, wave and arm or reason for exclusion.
CREATE OR REPLACE VIEW report_audience AS
SELECT run, wave, group_name, CASE WHEN persons >= 10 THEN persons END AS persons
FROM (
    SELECT run, wave, coalesce('excluded: ' || excluded_reason, arm, 'no holdout') AS group_name, count(*) AS persons
    FROM audience
    GROUP BY ALL
);

-- One row per run, wave, channel and state.
CREATE OR REPLACE VIEW report_messages AS
SELECT
    run, wave, channel, status,
    CASE WHEN shown THEN messages END AS messages,
    CASE WHEN shown THEN round(cost, 2) END AS cost_sek,
    CASE WHEN shown THEN round(co2, 3) END AS co2_kg
FROM (
    SELECT
        run, wave, channel, status, count(*) AS messages, sum(cost_sek) AS cost, sum(co2_kg) AS co2,
        count(*) >= 10 OR count(person_key) = 0 AS shown
    FROM delivery
    GROUP BY run, wave, channel, status
);

-- One row per run, wave and segment: how many of the assigned were reached.
CREATE OR REPLACE VIEW report_reach AS
SELECT run, wave, segment, persons, CASE WHEN persons - reached >= 10 OR reached = persons THEN reached END AS reached
FROM (
    SELECT
        audience.run, audience.wave, audience.segment, count(*) AS persons,
        count(*) FILTER (WHERE delivery.status IN ('accepted', 'delivered')) AS reached
    FROM audience
    LEFT JOIN assignment
        ON audience.run = assignment.run AND audience.wave = assignment.wave
        AND audience.person_key = assignment.person_key
    LEFT JOIN delivery
        ON assignment.run = delivery.run AND assignment.message_id = delivery.message_id
    WHERE audience.arm IS DISTINCT FROM 'holdout' AND (audience.excluded_reason IS NULL OR audience.arm IS NOT NULL)
    GROUP BY ALL
)
WHERE persons >= 10 AND (reached >= 10 OR reached = 0);

-- One row per run, look, outcome, arm and segment.
CREATE OR REPLACE VIEW report_effect AS
SELECT
    run, look, outcome, arm, segment, persons, control_persons,
    CASE WHEN fewest >= 10 THEN round(level, 3) END AS level,
    CASE WHEN fewest >= 10 THEN round(control_level, 3) END AS control_level,
    CASE WHEN fewest >= 10 THEN round(estimate, 3) END AS estimate,
    CASE WHEN fewest >= 10 THEN round(ci_low, 3) END AS ci_low,
    CASE WHEN fewest >= 10 THEN round(ci_high, 3) END AS ci_high,
    CASE WHEN fewest >= 10 THEN p END AS p,
    target, verdict
FROM (
    SELECT
        *,
        least(
            least(level, 1 - level) * households, least(control_level, 1 - control_level) * control_households
        ) AS fewest
    FROM effect
)
WHERE least(persons, control_persons, households, control_households) >= 10;

COMMENT ON VIEW register_person IS 'One row per register and person, as an audience query may read it: no names, no addresses.';
COMMENT ON VIEW register_population IS 'register_person of the population register.';
COMMENT ON VIEW register_guardians IS 'register_person of the guardians register.';
COMMENT ON VIEW register_employees IS 'register_person of the employees register.';
COMMENT ON VIEW register_customers IS 'register_person of the customers register.';
COMMENT ON VIEW register_subscribers IS 'register_person of the subscribers register.';
COMMENT ON COLUMN register_person.age IS 'Age in whole years at the end of this year.';
COMMENT ON COLUMN register_person.has_email IS 'A usable e-mail address is known.';
COMMENT ON COLUMN register_person.has_mobile IS 'A usable mobile number is known.';
COMMENT ON COLUMN register_person.has_digital_mailbox IS 'A digital mailbox is known.';
COMMENT ON COLUMN register_person.has_postal IS 'A usable postal address is known.';
COMMENT ON VIEW delivery IS 'One row per planned message with its newest state.';
COMMENT ON COLUMN delivery.status IS 'queued, or the newest state in delivery_event; marked without an outcome is still pending.';
COMMENT ON COLUMN delivery.attempts IS 'Attempts made.';
COMMENT ON COLUMN delivery.accepted_at IS 'When the gateway took it; null before.';
COMMENT ON COLUMN delivery.changed_at IS 'When the state last changed; null while queued.';
COMMENT ON VIEW report_audience IS 'One row per run, wave and arm or reason for exclusion; counts below 10 are null.';
COMMENT ON COLUMN report_audience.group_name IS 'treated, holdout, no holdout, or excluded with the reason.';
COMMENT ON COLUMN report_audience.persons IS 'Persons; null below 10.';
COMMENT ON VIEW report_messages IS 'One row per run, wave, channel and state; counts below 10 are null.';
COMMENT ON COLUMN report_messages.status IS 'Newest state of the messages.';
COMMENT ON COLUMN report_messages.messages IS 'Messages; null below 10.';
COMMENT ON COLUMN report_messages.cost_sek IS 'Cost of the messages, kronor; null below 10 messages.';
COMMENT ON COLUMN report_messages.co2_kg IS 'Carbon dioxide equivalents of the messages, kilograms; null below 10 messages.';
COMMENT ON VIEW report_reach IS 'One row per run, wave and segment of at least 10 persons who were to be reached.';
COMMENT ON COLUMN report_reach.persons IS 'Persons of the segment outside the holdout.';
COMMENT ON COLUMN report_reach.reached IS 'Persons whose message was accepted; null where fewer than 10 were not reached.';
COMMENT ON VIEW report_effect IS 'Effects with at least 10 persons and 10 households in the arm and in the holdout; figures are null where fewer than 10 households of either did, or did not, act.';
