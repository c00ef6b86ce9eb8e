-- Reads person_cell, candidate, planned_contact. One row per group with a floor: persons whom some channel reaches in
-- some wave, and who get a message in some wave.
SELECT
    grouped.floor_group,
    count(*) FILTER (WHERE reachable.person_key IS NOT NULL) AS addressable,
    count(planned.person_key) AS reached
FROM (SELECT person_key, unnest(floor_groups) AS floor_group FROM person_cell) AS grouped
LEFT JOIN (SELECT DISTINCT person_key FROM candidate WHERE options <> '') AS reachable
    ON grouped.person_key = reachable.person_key
LEFT JOIN (SELECT DISTINCT person_key FROM planned_contact) AS planned
    ON grouped.person_key = planned.person_key
GROUP BY grouped.floor_group
ORDER BY grouped.floor_group
