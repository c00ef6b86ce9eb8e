-- Reads person_slot. Writes message_slot, one row per assigned person of the wave.
INSERT INTO message_slot BY NAME
SELECT $run AS run, $wave AS wave, person_key, slots
FROM person_slot
ORDER BY person_key
