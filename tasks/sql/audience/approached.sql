-- Reads audience, the answer of a wave's audience query (Parquet), person, reach. Writes the temporary table approached.
-- One row per person of a wave whom the message is meant for: neither excluded nor held out. Whom the plan leaves out
-- is still meant to get it.
CREATE OR REPLACE TEMP TABLE approached AS
SELECT
    audience.person_key,
    audience.language,
    coalesce(person.easy_read, false) AS easy_read,
    coalesce(nullif(person.district, ''), 'unknown') AS district,
    age_band(person.birth_year) AS age,
    coalesce(reach.reach, 'unreachable') AS reachability,
    coalesce(audience.contacts_left::VARCHAR, 'unknown') AS contacts_left,
    list_transform(
        $knowledge::VARCHAR[], lambda name: coalesce(nullif(answer.traits[name], ''), 'unknown')
    ) AS knowledge
FROM audience
INNER JOIN read_parquet($answer) AS answer ON audience.person_key = answer.person_key
LEFT JOIN person ON audience.kind = person.kind AND audience.person_key = person.person_key
LEFT JOIN reach ON audience.kind = reach.kind AND audience.person_key = reach.person_key
WHERE
    audience.run = $run AND audience.wave = $wave
    AND coalesce(audience.excluded_reason IN ('unreachable', 'over_budget', 'other_wave'), true)
    AND audience.arm IS DISTINCT FROM 'holdout'
