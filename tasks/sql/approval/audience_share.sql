-- Reads audience and person. One row: which share of the registered population stands in the run's audience; null
-- where no population is registered.
SELECT
    (
        SELECT count(DISTINCT person_key)
        FROM audience
        WHERE run = $run AND kind = 'population'
    ) / nullif(count(*), 0) AS share
FROM person
WHERE kind = 'population';
