-- Reads the shards of one sending; writes message: one row per message. Nothing where the rows are there already.
INSERT INTO message BY NAME
SELECT run, message_id, wave, channel, variant, person_key, shard, cost_sek, co2_kg, planned_at, parts
FROM read_parquet($files)
WHERE NOT EXISTS (FROM message WHERE message.run = $run AND list_contains($shards::VARCHAR[], message.shard));
