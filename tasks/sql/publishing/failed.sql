-- Reads final_assignment, delivery, assignment, audience, variant_choice. Writes the temporary table possible_diversion:
-- one row per person of the wave ($wave) whom an earlier wave of the run did not reach, with the next channel that has a
-- text, its household and the message that is to reach the person. $terms holds each channel's costs.
CREATE OR REPLACE TEMP TABLE possible_diversion AS
WITH failed AS (
    SELECT final_assignment.person_key, list(DISTINCT final_assignment.channel) AS channels
    FROM final_assignment
    INNER JOIN delivery
        ON final_assignment.run = delivery.run AND final_assignment.message_id = delivery.message_id
    WHERE
        final_assignment.run = $run
        AND list_contains($earlier::VARCHAR[], final_assignment.wave)
        AND delivery.status IN ('rejected', 'hard_bounce')
    GROUP BY final_assignment.person_key
),

-- What else a person gets in the run: messages that did not fail, and those still to come.
otherwise AS (
    SELECT
        final_assignment.person_key, count(*) AS contacts,
        count(*) FILTER (WHERE list_contains($earlier::VARCHAR[], final_assignment.wave)) AS earlier_contacts
    FROM final_assignment
    LEFT JOIN delivery
        ON final_assignment.run = delivery.run AND final_assignment.message_id = delivery.message_id
    WHERE
        final_assignment.run = $run
        AND final_assignment.wave <> $wave
        AND coalesce(delivery.status, 'queued') NOT IN ('rejected', 'hard_bounce')
        AND final_assignment.wave IN (SELECT wave FROM audience WHERE run = $run AND kind <> 'employees')
    GROUP BY final_assignment.person_key
),

silent AS (
    SELECT
        failed.person_key, failed.channels, audience.household_key, audience.language, audience.facts,
        (
            SELECT any_value(assignment.fallback) FROM assignment
            WHERE
                assignment.run = $run AND assignment.person_key = failed.person_key
                AND list_contains(failed.channels, assignment.channel)
        ) AS fallback
    FROM failed
    INNER JOIN audience ON failed.person_key = audience.person_key
    LEFT JOIN otherwise ON failed.person_key = otherwise.person_key
    LEFT JOIN assignment
        ON
            assignment.run = $run AND assignment.wave = $wave
            AND failed.person_key = assignment.person_key
    WHERE
        audience.run = $run
        AND audience.wave = $wave
        AND coalesce(audience.arm = 'later', false) = $later
        AND coalesce(audience.excluded_reason, 'other_wave') = 'other_wave'
        AND CASE
            WHEN assignment.person_key IS NULL THEN coalesce(otherwise.earlier_contacts, 0) = 0
            ELSE list_contains(failed.channels, assignment.channel)
        END
        AND coalesce(otherwise.contacts, 0) < coalesce(audience.contacts_left, 1000)
),

offered AS (
    SELECT
        silent.person_key, silent.household_key, silent.channels[1] AS failed, choice.channel, choice.variant,
        list_position(silent.fallback, choice.channel) AS place
    FROM silent
    INNER JOIN variant_choice AS choice
        ON
            choice.run = $run
            AND choice.wave = $wave
            AND choice.language = silent.language
            AND list_contains(silent.fallback, choice.channel)
            AND NOT list_contains(silent.channels, choice.channel)
            AND choice.facts = map_from_entries(list_sort(map_entries(coalesce(silent.facts, map()))))
)

SELECT
    offered.person_key, offered.failed, offered.channel, offered.variant,
    keyed_hash(
        'message',
        $run || ':'
        || CASE WHEN term.per_household THEN offered.household_key ELSE offered.person_key END
        || ':' || offered.channel || ':' || $wave
    ) AS message_id
FROM offered
INNER JOIN (
    SELECT unnest($terms::STRUCT(channel VARCHAR, per_household BOOLEAN, sek DOUBLE, co2_kg DOUBLE)[], recursive := true)
) AS term
    ON offered.channel = term.channel
QUALIFY row_number() OVER (PARTITION BY offered.person_key ORDER BY offered.place) = 1
