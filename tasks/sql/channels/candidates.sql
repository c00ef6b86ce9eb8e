-- Reads audience, the answer of a wave's audience query (Parquet), reach, admission. Writes the temporary tables
-- candidate (one row per person who may be contacted), unit (one row per person, or per household that shares letters)
-- and cell_unit (the same with its cell and its rank in the cell, by keyed hash).
CREATE OR REPLACE TEMP TABLE candidate AS
SELECT
    audience.person_key,
    audience.household_key,
    audience.segment,
    audience.language,
    coalesce(admission.options, '') AS options,
    list_transform(
        list_filter(
            $floors::STRUCT(name VARCHAR, "column" VARCHAR, "value" VARCHAR)[],
            lambda floor: CASE floor."column"
                WHEN 'language' THEN audience.language ELSE answer.traits[floor."column"]
            END = floor."value"
        ),
        lambda floor: floor.name
    ) AS floor_groups,
    CASE WHEN admission.by_household
        THEN 'household:' || audience.household_key || ':' || admission.options
        ELSE 'person:' || audience.person_key
    END AS unit
FROM audience
INNER JOIN read_parquet($answer) AS answer ON audience.person_key = answer.person_key
LEFT JOIN reach ON audience.person_key = reach.person_key AND audience.kind = reach.kind
LEFT JOIN admission ON reach.reach = admission.reach
WHERE
    audience.run = $run
    AND audience.wave = $wave
    AND audience.excluded_reason IS NULL
    AND audience.arm IS DISTINCT FROM 'holdout';

CREATE OR REPLACE TEMP TABLE unit AS
SELECT
    unit,
    options,
    arg_min(segment, person_key) AS segment,
    count(*) AS size,
    list_sort(flatten(list(floor_groups))) AS floor_groups
FROM candidate
GROUP BY unit, options;

CREATE OR REPLACE TEMP TABLE cell_unit AS
SELECT
    unit, segment, options, size, floor_groups,
    segment || ' ' || options || ' ' || size || ' ' || array_to_string(floor_groups, ',') AS cell,
    row_number() OVER (
        PARTITION BY segment, options, size, floor_groups
        ORDER BY keyed_hash('plan', $run || ':' || $wave || ':' || unit), unit
    ) AS "rank"
FROM unit;
