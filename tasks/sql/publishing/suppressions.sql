-- Reads audit; writes suppression: one row per suppressed key of each decision after the given sequence number.
INSERT INTO suppression BY NAME
SELECT
    sequence, decided_at, unnest(from_json(detail -> 'subject_keys', '["VARCHAR"]')) AS subject_key,
    detail ->> 'purpose' AS purpose, detail ->> 'reason' AS reason, detail ->> 'source' AS source
FROM audit
WHERE action = 'suppression_added' AND sequence > ?;
