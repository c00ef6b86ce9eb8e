-- Reads person, reach, audience, final_assignment, delivery, run. Writes the temporary tables city_person and earlier.
-- city_person: one row per person of the population register who lives in the city, without protected households.
CREATE OR REPLACE TEMP TABLE city_person AS
SELECT
    person.person_key,
    message_language(person.language, $languages::VARCHAR[]) AS language,
    coalesce(person.easy_read, false) AS easy_read,
    coalesce(nullif(person.district, ''), 'unknown') AS district,
    age_band(person.birth_year) AS age,
    coalesce(reach.reach, 'unreachable') AS reachability
FROM person
ANTI JOIN (SELECT household_key FROM person WHERE protected) AS fenced
    ON person.household_key = fenced.household_key
LEFT JOIN reach ON person.kind = reach.kind AND person.person_key = reach.person_key
WHERE person.kind = 'population' AND coalesce(person.status, 'alive') = 'alive' AND NOT coalesce(person.protected, false);

-- earlier: one row per person whom earlier runs meant to reach, and whether any message of theirs arrived.
CREATE OR REPLACE TEMP TABLE earlier AS
WITH past AS (
    SELECT run FROM run WHERE run <> $run AND state IN ('published', 'evaluating', 'closed')
),

meant AS (
    SELECT DISTINCT audience.person_key
    FROM audience
    SEMI JOIN past ON audience.run = past.run
    WHERE audience.arm IS DISTINCT FROM 'holdout' AND (audience.excluded_reason IS NULL OR audience.arm IS NOT NULL)
),

reached AS (
    SELECT DISTINCT final_assignment.person_key
    FROM final_assignment
    SEMI JOIN past ON final_assignment.run = past.run
    INNER JOIN delivery ON final_assignment.run = delivery.run AND final_assignment.message_id = delivery.message_id
    WHERE delivery.accepted_at IS NOT NULL AND delivery.status <> 'hard_bounce'
)

SELECT meant.person_key, reached.person_key IS NOT NULL AS reached
FROM meant
LEFT JOIN reached ON meant.person_key = reached.person_key;
