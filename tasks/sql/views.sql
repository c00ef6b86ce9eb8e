-- Views over the tables; the same in the database and in the snapshot. Each names its grain.

-- One row per person of a register, as an audience query may read it: no names, no addresses.
CREATE OR REPLACE VIEW register_person AS
SELECT
    person.kind, person.person_key, person.household_key, person.birth_year,
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
