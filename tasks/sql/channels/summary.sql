-- Reads candidate, assignment. One row per segment and channel of a wave: persons, messages and how many persons were
-- left out and why. A letter that a household shares counts in parts, so that the messages of a wave add up.
SELECT
    candidate.segment,
    coalesce(assigned.channel, 'none') AS channel,
    count(*) AS persons,
    coalesce(sum(1.0::DOUBLE / assigned.sharing), 0) AS messages,
    count(*) FILTER (WHERE candidate.options = '') AS unreachable
FROM candidate
LEFT JOIN (
    SELECT person_key, channel, count(*) OVER (PARTITION BY message_id) AS sharing
    FROM assignment
    WHERE run = $run AND wave = $wave
) AS assigned
    ON candidate.person_key = assigned.person_key
GROUP BY ALL
ORDER BY ALL
