-- Reads final_assignment, delivery, run. Writes the temporary tables told and contact_count.
-- told: one row per person, wave and message that arrived, or of which nobody knows whether it did: it counts as one.
CREATE OR REPLACE TEMP TABLE told AS
SELECT
    final_assignment.person_key, final_assignment.wave, delivery.message_id, run.run, run.campaign,
    coalesce(delivery.accepted_at, delivery.changed_at) AS told_at
FROM final_assignment
INNER JOIN delivery ON final_assignment.run = delivery.run AND final_assignment.message_id = delivery.message_id
INNER JOIN run ON final_assignment.run = run.run
WHERE final_assignment.run <> $run AND (delivery.accepted_at IS NOT NULL OR delivery.status = 'unknown');

-- contact_count: one row per person whom other runs contact near one of the starts ($starts), with the most messages
-- near any one of them: told in the days before, and planned by runs that are on their way in the days around.
CREATE OR REPLACE TEMP TABLE contact_count AS
WITH occasion AS (
    SELECT greatest(unnest($starts::TIMESTAMPTZ[]), now()) AS starts_at
),

-- A run whose control group is told later has both times: who of its people gets which is not asked, so both count.
coming AS (
    SELECT
        run, wave ->> 'name' AS wave,
        unnest(list_distinct([
            (wave ->> 'start')::TIMESTAMPTZ, (wave ->> 'start')::TIMESTAMPTZ + to_days(coalesce(later, 0))
        ])) AS starts_at
    FROM (
        SELECT
            run, unnest((brief -> 'waves')::JSON[]) AS wave, (brief -> 'holdout' ->> 'later')::INTEGER AS later
        FROM run
        WHERE run <> $run AND state IN ('approved', 'scheduled', 'publishing', 'paused')
    )
),

contact AS (
    SELECT told.person_key, told.message_id, occasion.starts_at
    FROM told
    INNER JOIN occasion ON told.told_at >= occasion.starts_at - to_days($days)
    UNION
    SELECT final_assignment.person_key, final_assignment.message_id, occasion.starts_at
    FROM coming
    INNER JOIN occasion
        ON coming.starts_at BETWEEN occasion.starts_at - to_days($days) AND occasion.starts_at + to_days($days)
    INNER JOIN final_assignment ON coming.run = final_assignment.run AND coming.wave = final_assignment.wave
    LEFT JOIN delivery ON final_assignment.run = delivery.run AND final_assignment.message_id = delivery.message_id
    WHERE coalesce(delivery.status, 'queued') NOT IN ('rejected', 'suppressed', 'expired', 'cancelled')
)

SELECT person_key, max(contacts) AS contacts
FROM (SELECT person_key, starts_at, count(*) AS contacts FROM contact GROUP BY ALL)
GROUP BY person_key;
