-- Reads drawn_person, final_assignment, sent. Writes contact: one row per person of the experiment and planned message.
-- place = that of the channel in alphabetical order, from 0.
CREATE OR REPLACE TEMP TABLE contact AS
WITH planned AS (
    SELECT person_key, channel, message_id FROM final_assignment WHERE run = $run
), channel AS (
    SELECT channel, row_number() OVER (ORDER BY channel) - 1 AS place FROM (SELECT DISTINCT channel FROM planned)
)
SELECT
    drawn.number, drawn.cluster, drawn.arm, planned.channel, channel.place, sent.rowid AS message,
    coalesce(sent.reached, false) AS reached, sent.accepted_at, sent.cost_sek, sent.co2_kg
FROM planned
INNER JOIN channel ON planned.channel = channel.channel
INNER JOIN drawn_person AS drawn ON planned.person_key = drawn.person_key
LEFT JOIN sent ON planned.message_id = sent.message_id
