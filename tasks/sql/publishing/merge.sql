-- Reads the relation new_record (one row per journal record not merged yet); writes delivery_event, the same grain.
INSERT INTO delivery_event BY NAME
SELECT
    $run AS run, message_id, segment, "offset", epoch_ms(milliseconds)::TIMESTAMP AT TIME ZONE 'UTC' AS happened_at,
    status, attempt, nullif(code, '') AS code, nullif(provider_ref, '') AS provider_ref
FROM new_record;
