-- Reads audience, the answer of a wave's audience query (Parquet), reach, admission, counted_part. Adds to the temporary
-- table candidate: one row per wave and person who may be contacted, with the channels that the person may get in the
-- wave; one that is priced per part with the parts that the person's message takes, such as email+sms*2.
INSERT INTO candidate BY NAME
SELECT
    $wave AS wave, $position AS position, audience.person_key, audience.household_key, audience.segment,
    audience.language, coalesce(audience.contacts_left, $most_contacts) AS contacts,
    array_to_string(
        list_transform(
            string_split(coalesce(admission.options, ''), '+'),
            lambda name: name || coalesce('*' || counted.parts[name], '')
        ),
        '+'
    ) AS options,
    counted.parts,
    admission.fallback,
    coalesce(admission.by_household, false) AS by_household,
    list_transform(
        list_filter(
            $floors::STRUCT(name VARCHAR, "column" VARCHAR, "value" VARCHAR)[],
            lambda floor: CASE floor."column"
                WHEN 'language' THEN audience.language
                WHEN 'easy_read' THEN CASE WHEN person.easy_read THEN 'yes' ELSE 'no' END
                ELSE answer.traits[floor."column"]
            END = floor."value"
        ),
        lambda floor: floor.name
    ) AS floor_groups
FROM audience
INNER JOIN read_parquet($answer) AS answer ON audience.person_key = answer.person_key
LEFT JOIN person ON audience.person_key = person.person_key AND audience.kind = person.kind
LEFT JOIN reach ON audience.person_key = reach.person_key AND audience.kind = reach.kind
LEFT JOIN admission
    ON
        reach.reach = admission.reach
        AND audience.language = admission.language
        AND coalesce(person.easy_read, false) = admission.easy_read
LEFT JOIN (SELECT key, map(list(channel), list(parts)) AS parts FROM counted_part GROUP BY key) AS counted
    ON audience.person_key = counted.key
WHERE
    audience.run = $run
    AND audience.wave = $wave
    AND audience.excluded_reason IS NULL
    AND audience.arm IS DISTINCT FROM 'holdout'
