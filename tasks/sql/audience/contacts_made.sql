-- Reads assignment, delivery, run. Writes the temporary tables told and contact_count.
-- told: one row per person, wave and message that arrived, or of which nobody knows whether it did: it counts as one.
CREATE OR REPLACE TEMP TABLE told AS
SELECT
    assignment.person_key, assignment.wave, delivery.message_id, run.run, run.campaign,
    coalesce(delivery.accepted_at, delivery.changed_at) AS told_at
FROM assignment
INNER JOIN delivery ON assignment.run = delivery.run AND assignment.message_id = delivery.message_id
INNER JOIN run ON assignment.run = run.run
WHERE assignment.run <> $run AND (delivery.accepted_at IS NOT NULL OR delivery.status = 'unknown');

-- contact_count: one row per person whom other runs contact near one of the starts ($starts), with the most messages
-- near any one of them: told in the days before, and planned by runs that are on their way in the days around.
CREATE OR REPLACE TEMP TABLE contact_count AS
WITH occasion AS (
    SELECT greatest(unnest($starts::TIMESTAMPTZ[]), now()) AS starts_at
),

coming AS (
    SELECT run, wave ->> 'name' AS wave, (wave ->> 'start')::TIMESTAMPTZ AS starts_at
    FROM (
        SELECT run, unnest((brief -> 'waves')::JSON[]) AS wave
        FROM run
        WHERE run <> $run AND state IN ('approved', 'scheduled', 'publishing', 'paused')
    )
),

contact AS (
    SELECT told.person_key, told.message_id, occasion.starts_at
    FROM told
    INNER JOIN occasion ON told.told_at >= occasion.starts_at - to_days($days)
    UNION
    SELECT assignment.person_key, assignment.message_id, occasion.starts_at
    FROM coming
    INNER JOIN occasion
        ON coming.starts_at BETWEEN occasion.starts_at - to_days($days) AND occasion.starts_at + to_days($days)
    INNER JOIN assignment ON coming.run = assignment.run AND coming.wave = assignment.wave
    LEFT JOIN delivery ON assignment.run = delivery.run AND assignment.message_id = delivery.message_id
    WHERE coalesce(delivery.status, 'queued') NOT IN ('rejected', 'suppressed', 'expired', 'cancelled')
)

SELECT person_key, max(contacts) AS contacts
FROM (SELECT person_key, starts_at, count(*) AS contacts FROM contact GROUP BY ALL)
GROUP BY person_key;
