-- Reads the relation new_record (one row per record of the journal $segment that is not merged yet); writes
-- delivery_event, the same grain.
INSERT INTO delivery_event BY NAME
SELECT
    $run AS run, message_id, $segment AS segment, "offset", epoch_ms(milliseconds)::TIMESTAMP AT TIME ZONE 'UTC' AS happened_at,
    status, attempt, nullif(code, '') AS code, nullif(provider_ref, '') AS provider_ref
FROM new_record;
