-- Reads candidate, person_cell, ranked_unit, quota (first and last rank of each cell's sequences) and quota_contact (the
-- contacts of each). Writes the temporary table planned_contact and the table assignment, one row per wave and assigned
-- person. Everybody of a household that gets one letter has the same message_id.
CREATE OR REPLACE TEMP TABLE planned_contact AS
WITH placed AS (
    SELECT ranked_unit.unit, quota.quota, quota.sequence, quota.explored, quota.propensity
    FROM ranked_unit
    ASOF JOIN quota ON ranked_unit.cell = quota.cell AND ranked_unit."rank" >= quota.first_rank
    WHERE ranked_unit."rank" <= quota.last_rank
)

SELECT
    candidate.wave, candidate.person_key, candidate.segment, quota_contact.channel, quota_contact.effect,
    placed.sequence, placed.explored, placed.propensity,
    list_filter(candidate.fallback, lambda name: name <> quota_contact.channel) AS fallback,
    keyed_hash(
        'message',
        $run || ':'
        || CASE WHEN quota_contact.per_household THEN candidate.household_key ELSE candidate.person_key END
        || ':' || quota_contact.channel || ':' || candidate.wave
    ) AS message_id
FROM placed
INNER JOIN person_cell ON placed.unit = person_cell.unit
INNER JOIN candidate ON person_cell.person_key = candidate.person_key
INNER JOIN quota_contact ON placed.quota = quota_contact.quota AND candidate.wave = quota_contact.wave;

INSERT INTO assignment BY NAME
SELECT $run AS run, wave, person_key, channel, NULL AS variant, message_id, fallback, sequence, explored, propensity
FROM planned_contact
ORDER BY wave, person_key
