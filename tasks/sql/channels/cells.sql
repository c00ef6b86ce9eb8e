-- Reads candidate (one row per wave and person). Writes the temporary tables person_cell (one row per person: the unit,
-- the person or the household that shares letters), cell (one row per cell of like units) and ranked_unit (one row per
-- unit: its cell and its rank there, by keyed hash, so that nothing depends on the order of rows).
CREATE OR REPLACE TEMP TABLE person_cell AS
WITH one AS (
    SELECT
        person_key, arg_min(household_key, position) AS household_key,
        arg_min(segment, position) AS segment, arg_min(language, position) AS language,
        min(contacts) AS contacts, bool_or(by_household) AS by_household,
        arg_min(floor_groups, position) AS floor_groups,
        array_to_string(list_sort(list(position || '=' || options)), '|') AS options
    FROM candidate
    GROUP BY person_key
)

SELECT
    person_key, segment, language, contacts, floor_groups, options,
    CASE WHEN by_household THEN 'household:' || household_key || ':' || options ELSE 'person:' || person_key END AS unit
FROM one;

CREATE OR REPLACE TEMP TABLE planning_unit AS
SELECT
    unit, any_value(options) AS options, arg_min(segment, person_key) AS segment,
    arg_min(language, person_key) AS language, min(contacts) AS contacts, count(*) AS size,
    coalesce(list_sort(flatten(list(floor_groups))), []) AS floor_groups
FROM person_cell
GROUP BY unit;

CREATE OR REPLACE TEMP TABLE cell AS
SELECT
    'c' || lpad((row_number() OVER (ORDER BY segment, options, language, contacts, size, floor_groups))::VARCHAR, 7, '0')
        AS cell,
    segment, options, language, contacts, size, floor_groups, units
FROM (
    SELECT segment, options, language, contacts, size, floor_groups, count(*) AS units
    FROM planning_unit
    GROUP BY ALL
);

CREATE OR REPLACE TEMP TABLE ranked_unit AS
SELECT
    planning_unit.unit, cell.cell,
    row_number() OVER (
        PARTITION BY cell.cell ORDER BY keyed_hash('plan', $run || ':' || planning_unit.unit), planning_unit.unit
    ) AS "rank"
FROM planning_unit
INNER JOIN cell
    ON
        planning_unit.segment = cell.segment
        AND planning_unit.options = cell.options
        AND planning_unit.language = cell.language
        AND planning_unit.contacts = cell.contacts
        AND planning_unit.size = cell.size
        AND planning_unit.floor_groups = cell.floor_groups
