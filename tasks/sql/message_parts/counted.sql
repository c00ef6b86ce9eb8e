-- Reads part_message, filling, filling_part. Writes the temporary table counted_part: one row per message that is priced
-- per part, by key and channel.
CREATE OR REPLACE TEMP TABLE counted_part AS
SELECT part_message.key, part_message.channel, filling_part.parts
FROM part_message
INNER JOIN filling ON part_message.variant = filling.variant AND part_message."values" = filling."values"
INNER JOIN filling_part ON filling.number = filling_part.number
