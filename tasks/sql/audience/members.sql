-- Reads the answer of a wave's audience query (Parquet), person, reach, contact_count. Writes the temporary table member.
-- One row per person of the wave: the first register, in the order of the legal bases, that has the person.
CREATE OR REPLACE TEMP TABLE member AS
WITH chosen AS (
    SELECT person.person_key, arg_min(person.kind, list_position($registers::VARCHAR[], person.kind)) AS kind
    FROM person
    SEMI JOIN read_parquet($answer) AS answer ON person.person_key = answer.person_key
    WHERE list_contains($registers::VARCHAR[], person.kind)
    GROUP BY person.person_key
)

SELECT
    answer.person_key,
    person.household_key,
    person.kind,
    message_language(person.language, $languages::VARCHAR[]) AS language,
    answer.facts,
    coalesce(nullif(answer.traits[$first], ''), 'unknown') AS first,
    coalesce(nullif(answer.traits[$second], ''), 'unknown') AS second,
    coalesce(reach.reach, 'unreachable') AS reach,
    coalesce(person.easy_read, false) AS easy_read,
    least(greatest($contact_cap - coalesce(contact_count.contacts, 0), 0), $public_waves)::INTEGER AS contacts_left
FROM read_parquet($answer) AS answer
INNER JOIN chosen ON answer.person_key = chosen.person_key
INNER JOIN person ON chosen.kind = person.kind AND chosen.person_key = person.person_key
LEFT JOIN reach ON chosen.kind = reach.kind AND chosen.person_key = reach.person_key
LEFT JOIN contact_count ON answer.person_key = contact_count.person_key
