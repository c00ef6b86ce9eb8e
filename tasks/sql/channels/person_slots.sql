-- Reads audience, identity, the answer of a wave's audience query (Parquet), formatted, recipient (person keys).
-- Writes the temporary table person_slot, one row per person of the wave who is among them: every slot, with the default
-- of the message's language where the person has no value.
CREATE OR REPLACE TEMP TABLE person_slot AS
SELECT
    audience.person_key,
    map(
        $names::VARCHAR[],
        list_transform(
            $names::VARCHAR[],
            lambda name: coalesce(
                nullif(trim(
                    CASE name
                        WHEN 'first_name' THEN identity.first_name
                        WHEN 'last_name' THEN identity.last_name
                        ELSE coalesce(formatted.slots[name], answer.slots[name])
                    END
                ), ''),
                CAST($defaults AS MAP(VARCHAR, VARCHAR))[audience.language || ':' || name],
                ''
            )
        )
    ) AS slots
FROM audience
INNER JOIN recipient ON audience.person_key = recipient.person_key
INNER JOIN read_parquet($answer) AS answer ON audience.person_key = answer.person_key
LEFT JOIN identity ON audience.person_key = identity.person_key AND audience.kind = identity.kind
LEFT JOIN formatted ON audience.person_key = formatted.person_key
WHERE audience.run = $run AND audience.wave = $wave
