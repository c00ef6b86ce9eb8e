-- One row for each person: the most complete, of equals the one whose name is not in capitals, then the later. A death, a protection is never merged away.
-- Reads:  entry
-- Writes: kept, one row per personal number, with the number of the row in the file it is taken from
CREATE TEMP TABLE kept AS
SELECT
    number,
    arg_max(row, (completeness, cased, row)) AS row,
    bool_or(protected) AS protected,
    CASE WHEN bool_or(status = 'dead') THEN 'dead' ELSE arg_max(status, (completeness, cased, row)) END AS status,
    list_sort(list_distinct(flatten(list(children) FILTER (WHERE children IS NOT NULL)))) AS children,
    count(*) AS rows
FROM entry
WHERE fault IS NULL
GROUP BY number;
