-- Reads the answer of a wave's audience query (Parquet), person, reach, contact_count. Writes the temporary table member.
-- One row per person of the wave: the first register, in the order of the legal bases, that has the person.
CREATE OR REPLACE TEMP TABLE member AS
SELECT
    answer.person_key,
    person.household_key,
    person.kind,
    CASE
        WHEN list_contains($languages::VARCHAR[], person.language) THEN person.language
        WHEN list_contains($languages::VARCHAR[], split_part(person.language, '-', 1))
            THEN split_part(person.language, '-', 1)
        ELSE $languages[1]
    END AS language,
    answer.facts,
    coalesce(nullif(answer.traits[$first], ''), 'unknown') AS first,
    coalesce(nullif(answer.traits[$second], ''), 'unknown') AS second,
    coalesce(reach.reach, 'unreachable') AS reach,
    coalesce(person.easy_read, false) AS easy_read,
    least(greatest($contact_cap - coalesce(contact_count.contacts, 0), 0), $public_waves)::INTEGER AS contacts_left
FROM read_parquet($answer) AS answer
INNER JOIN person
    ON answer.person_key = person.person_key AND list_contains($registers::VARCHAR[], person.kind)
LEFT JOIN reach
    ON person.person_key = reach.person_key AND person.kind = reach.kind
LEFT JOIN contact_count ON answer.person_key = contact_count.person_key
QUALIFY row_number() OVER (
    PARTITION BY answer.person_key
    ORDER BY list_position($registers::VARCHAR[], person.kind), person.household_key
) = 1
