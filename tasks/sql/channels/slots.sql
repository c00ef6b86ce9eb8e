-- Reads assignment, audience, identity, the answer of a wave's audience query (Parquet), slot_text.
-- Writes message_slot, one row per assigned person: every slot, with the default of the message's language where the
-- person has no value.
INSERT INTO message_slot BY NAME
SELECT
    $run AS run,
    $wave AS wave,
    assignment.person_key,
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
FROM assignment
INNER JOIN audience
    ON
        assignment.run = audience.run
        AND assignment.wave = audience.wave
        AND assignment.person_key = audience.person_key
INNER JOIN read_parquet($answer) AS answer ON assignment.person_key = answer.person_key
LEFT JOIN identity ON audience.person_key = identity.person_key AND audience.kind = identity.kind
LEFT JOIN formatted ON assignment.person_key = formatted.person_key
WHERE assignment.run = $run AND assignment.wave = $wave
ORDER BY assignment.person_key
