-- Reads outcome. Writes observed: one row per observed unit, the newest observation that belongs to the look; "key" = the
-- hash of the unit's key. Observations up to the look's day count; where there are none, all since the look before,
-- up to $last_on, after which they tell something else.
CREATE OR REPLACE TEMP TABLE observed AS
WITH since AS (
    SELECT
        unit, hash(unit_key) AS "key", value, observed_on,
        observed_on <= $due_on AS in_time
    FROM outcome
    WHERE run = $run AND outcome = $outcome AND observed_on BETWEEN $since AND $last_on
), usable AS (
    FROM since WHERE in_time OR NOT (SELECT coalesce(bool_or(in_time), false) FROM since)
)
SELECT unit, "key", arg_max(value, observed_on) AS value, max(observed_on) AS observed_on
FROM usable
GROUP BY unit, "key"
