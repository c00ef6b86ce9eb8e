-- Reads audience. Grain: one row; persons of the public waves, each counted once. Where the campaign is to the employees
-- alone ($internal) they are the ones that count.
SELECT
    count(*) AS audience,
    count(*) FILTER (WHERE arm = 'holdout') AS held_out,
    count(*) FILTER (WHERE arm IN ('treated', 'later')) AS meant,
    count(*) FILTER (WHERE arm IS NULL) AS excluded
FROM (SELECT person_key, max(arm) AS arm FROM audience WHERE run = $run AND (kind <> 'employees' OR $internal) GROUP BY person_key)
