-- Reads planned_message, counted_part (one row per message that is priced per part). Writes planned_message anew: with the
-- parts of each such message, null for the others, and its cost.
CREATE OR REPLACE TEMP TABLE planned_message AS
SELECT
    planned_message.* REPLACE (planned_message.cost_sek * coalesce(counted_part.parts, 1) AS cost_sek),
    counted_part.parts
FROM planned_message
LEFT JOIN counted_part ON planned_message.message_id = counted_part.key
