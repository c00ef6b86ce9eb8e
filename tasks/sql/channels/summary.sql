-- Reads candidate, planned_contact. One row per wave, segment and channel: persons, messages, their parts (1 where the
-- channel is not priced per part), expected effect and, of
-- those who get nothing here, how many no channel reaches and how many get something in another wave. A letter that a
-- household shares counts in parts, so that a wave's messages add up.
-- The sums are of decimals: those of doubles depend, in their last bit, on the order of the rows.
SELECT
    candidate.wave,
    candidate.segment,
    coalesce(planned.channel, 'none') AS channel,
    count(*) AS persons,
    coalesce(sum((1.0::DOUBLE / planned.sharing)::DECIMAL(38, 24)), 0)::DOUBLE AS messages,
    coalesce(
        sum((coalesce(candidate.parts[planned.channel], 1)::DOUBLE / planned.sharing)::DECIMAL(38, 24)), 0
    )::DOUBLE AS parts,
    coalesce(sum(planned.effect::DECIMAL(38, 24)), 0)::DOUBLE AS effect,
    count(*) FILTER (WHERE candidate.options = '' AND anywhere.person_key IS NULL) AS unreachable,
    count(*) FILTER (WHERE planned.channel IS NULL AND anywhere.person_key IS NOT NULL) AS elsewhere
FROM candidate
LEFT JOIN (
    SELECT wave, person_key, channel, effect, count(*) OVER (PARTITION BY message_id) AS sharing
    FROM planned_contact
) AS planned
    ON candidate.wave = planned.wave AND candidate.person_key = planned.person_key
LEFT JOIN (SELECT DISTINCT person_key FROM planned_contact) AS anywhere
    ON candidate.person_key = anywhere.person_key
GROUP BY ALL
ORDER BY ALL
