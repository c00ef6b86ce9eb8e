-- Reads cell_unit, quota (cell, channel, first and last rank), candidate. Writes assignment, one row per assigned
-- person. Everybody of a household that gets one letter has the same message_id.
INSERT INTO assignment BY NAME
SELECT
    $run AS run,
    $wave AS wave,
    candidate.person_key,
    quota.channel,
    NULL AS variant,
    keyed_hash(
        'message',
        $run || ':'
        || CASE WHEN quota.per_household THEN candidate.household_key ELSE candidate.person_key END
        || ':' || quota.channel || ':' || $wave
    ) AS message_id
FROM candidate
INNER JOIN cell_unit ON candidate.unit = cell_unit.unit
INNER JOIN quota
    ON cell_unit.cell = quota.cell AND cell_unit."rank" BETWEEN quota.first_rank AND quota.last_rank
ORDER BY candidate.person_key;
