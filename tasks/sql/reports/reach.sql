-- Reads audience, person, final_assignment, reached_message, trait (person_key, need, life_situation). Grain: one row per dimension and value.
-- Only whom the message was meant for: treated, whether a channel reached them or not; the control group is not missed.
WITH meant AS (
    SELECT audience.person_key, any_value(audience.language) AS language, any_value(person.district) AS district
    FROM audience
    LEFT JOIN person ON audience.kind = person.kind AND audience.person_key = person.person_key
    WHERE audience.run = $run AND audience.arm IN ('treated', 'later')
    GROUP BY audience.person_key
), reached AS (
    SELECT DISTINCT final_assignment.person_key
    FROM final_assignment
    SEMI JOIN reached_message AS reached
        ON final_assignment.run = reached.run AND final_assignment.message_id = reached.message_id
    WHERE final_assignment.run = $run
), told AS (
    SELECT
        meant.language, meant.district, trait.need, trait.life_situation, reached.person_key IS NOT NULL AS reached
    FROM meant
    LEFT JOIN reached ON meant.person_key = reached.person_key
    LEFT JOIN trait ON meant.person_key = trait.person_key
), long AS (
    SELECT reached, 'everybody' AS dimension, '' AS value FROM told
    UNION ALL
    SELECT reached, unnest(['need', 'life_situation']), unnest([need, life_situation]) FROM told
    UNION ALL
    SELECT reached, 'language', language FROM told
    UNION ALL
    SELECT reached, 'district', district FROM told
)
SELECT dimension, value, count(*) FILTER (WHERE reached) AS reached, count(*) FILTER (WHERE NOT reached) AS missed
FROM long
WHERE value IS NOT NULL
GROUP BY dimension, value
ORDER BY dimension, value
