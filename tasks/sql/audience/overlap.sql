-- Reads approached, final_assignment, run. Grain: one row per wave of another run within $days days of this wave's start that
-- means to contact, or has contacted, any of the same people (S1): these people and everybody that wave contacts.
WITH other AS (
    SELECT run, title, sender, wave ->> 'name' AS wave, (wave ->> 'start')::TIMESTAMPTZ AS starts_at
    FROM (
        SELECT run, title, brief -> 'sender' ->> 'body' AS sender, unnest((brief -> 'waves')::JSON[]) AS wave
        FROM run
        WHERE run <> $run AND state NOT IN ('preparing', 'stopped')
    )
)

SELECT
    other.run AS other_run, other.title, other.sender, other.wave AS other_wave, other.starts_at,
    count(approached.person_key) AS persons, count(*) AS contacted
FROM other
INNER JOIN final_assignment ON other.run = final_assignment.run AND other.wave = final_assignment.wave
LEFT JOIN approached ON final_assignment.person_key = approached.person_key
WHERE
    other.starts_at BETWEEN $start::TIMESTAMPTZ - to_days($days) AND $start::TIMESTAMPTZ + to_days($days)
GROUP BY ALL
HAVING count(approached.person_key) > 0
ORDER BY other.starts_at, other_run, other_wave
