-- Reads possible_diversion, assignment, message_slot, counted_part. Writes diversion, in the order of keyed hashes, as far as what is
-- left of kronor ($sek) and kilograms ($co2_kg) goes, and the slots of those who had none in this wave. A message that
-- members of a household share, or that is planned anyway, costs once or nothing.
INSERT INTO diversion BY NAME
WITH message AS (
    SELECT
        possible.message_id, any_value(term.sek * coalesce(counted_part.parts, 1)) AS sek, any_value(term.co2_kg) AS co2_kg, count(*) AS sharing
    FROM possible_diversion AS possible
    INNER JOIN (
        SELECT
            unnest(
                $terms::STRUCT(channel VARCHAR, per_household BOOLEAN, sek DOUBLE, co2_kg DOUBLE)[], recursive := true
            )
    ) AS term
        ON possible.channel = term.channel
    LEFT JOIN counted_part ON possible.message_id = counted_part.key
    ANTI JOIN assignment AS planned ON planned.run = $run AND possible.message_id = planned.message_id
    GROUP BY possible.message_id
),

summed AS (
    SELECT
        *,
        sum(sek) OVER (ORDER BY message_id) AS sek_so_far,
        sum(co2_kg) OVER (ORDER BY message_id) AS co2_so_far
    FROM message
)

SELECT
    $run AS run, $wave AS wave, possible.person_key, possible.failed, possible.channel, possible.variant,
    possible.message_id,
    coalesce(summed.sek / summed.sharing, 0) AS cost_sek, coalesce(summed.co2_kg / summed.sharing, 0) AS co2_kg
FROM possible_diversion AS possible
LEFT JOIN summed ON possible.message_id = summed.message_id
WHERE
    summed.message_id IS NULL
    OR (summed.sek_so_far <= $sek + 1e-9 AND summed.co2_so_far <= $co2_kg + 1e-9)
ORDER BY possible.person_key;

INSERT INTO message_slot BY NAME
SELECT diversion.run, diversion.wave, diversion.person_key, any_value(slot.slots) AS slots
FROM diversion
INNER JOIN message_slot AS slot ON diversion.run = slot.run AND diversion.person_key = slot.person_key
ANTI JOIN message_slot AS own
    ON diversion.run = own.run AND diversion.wave = own.wave AND diversion.person_key = own.person_key
WHERE diversion.run = $run AND diversion.wave = $wave
GROUP BY ALL
