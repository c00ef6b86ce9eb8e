-- Reads candidate, assignment. One row per group with a floor: persons whom some channel reaches, and who get one.
SELECT
    grouped.floor_group,
    count(*) FILTER (WHERE grouped.options <> '') AS addressable,
    count(assigned.person_key) AS reached
FROM (SELECT person_key, options, unnest(floor_groups) AS floor_group FROM candidate) AS grouped
LEFT JOIN (SELECT person_key FROM assignment WHERE run = $run AND wave = $wave) AS assigned
    ON grouped.person_key = assigned.person_key
GROUP BY grouped.floor_group
ORDER BY grouped.floor_group
