-- Reads incoming_outcome (one row per row of the file, text), audience, person. Writes judged_outcome. $share is the
-- outcome that is a share, if any; $since the first day that can be used, null where every day can.
-- Grain: one row per row of the file; reason is null where the row is accepted. Personal values go no further.
CREATE OR REPLACE TEMP TABLE judged_outcome AS
WITH cleaned AS (
    SELECT
        row_number, outcome,
        CASE WHEN regexp_full_match(value, '-?[0-9]+([.,][0-9]+)?([eE]-?[0-9]+)?')
            THEN try_cast(replace(value, ',', '.') AS DOUBLE) END AS value,
        CASE WHEN regexp_full_match(observed_on, '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?')
            THEN try_cast(left(observed_on, 10) AS DATE) END AS observed_on,
        CASE
            WHEN $unit <> 'person' THEN nullif(unit_value, '')
            WHEN length(digits) = 12 THEN digits
            -- Ten digits: the latest century that is not ahead of the observation; a plus sign means a hundred years more.
            WHEN length(digits) = 10 THEN
                CAST(
                    CASE WHEN CAST(left(digits, 2) AS INTEGER) <= year(current_date) % 100 THEN 20 ELSE 19 END
                    - CASE WHEN contains(unit_value, '+') THEN 1 ELSE 0 END AS VARCHAR
                ) || digits
        END AS unit_value
    FROM (
        SELECT
            row_number, trim(outcome) AS outcome, trim(value) AS value, trim(observed_on) AS observed_on,
            trim(unit_value) AS unit_value,
            CASE WHEN regexp_full_match(trim(unit_value), '[0-9]{6,8}[-+ ]?[0-9]{4}')
                THEN regexp_replace(unit_value, '[^0-9]', '', 'g') END AS digits
        FROM incoming_outcome
    )
), keyed AS (
    SELECT
        row_number, outcome, value, observed_on,
        CASE WHEN $unit = 'area' THEN unit_value ELSE keyed_hash($unit, unit_value) END AS unit_key
    FROM cleaned
), known AS (
    SELECT DISTINCT
        CASE $unit
            WHEN 'person' THEN audience.person_key
            WHEN 'household' THEN audience.household_key
            ELSE unnest([person.district, person.area, person.unit])
        END AS unit_key
    FROM audience
    LEFT JOIN person ON audience.kind = person.kind AND audience.person_key = person.person_key
    WHERE audience.run = $run
)
SELECT
    keyed.row_number, keyed.unit_key, keyed.outcome, keyed.value, keyed.observed_on,
    CASE
        WHEN NOT coalesce(list_contains($outcomes::VARCHAR[], keyed.outcome), false) THEN 'unknown_outcome'
        WHEN keyed.value IS NULL THEN 'value_not_a_number'
        WHEN keyed.outcome = $share AND keyed.value NOT BETWEEN 0 AND 1 THEN 'outside_share'
        WHEN keyed.observed_on IS NULL THEN 'date_not_valid'
        WHEN keyed.observed_on < $since::DATE THEN 'before_start'
        WHEN keyed.unit_key IS NULL THEN 'unit_not_valid'
        WHEN known.unit_key IS NULL THEN 'unit_not_in_audience'
        WHEN count(DISTINCT keyed.value) OVER (PARTITION BY keyed.unit_key, keyed.outcome, keyed.observed_on) > 1
            THEN 'contradicting_rows'
    END AS reason
FROM keyed
LEFT JOIN known ON keyed.unit_key = known.unit_key
