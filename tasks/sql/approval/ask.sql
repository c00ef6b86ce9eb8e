-- Reads $rows, a JSON list of the persons asked with their keyed codes. Writes approval, one row per person and role.
INSERT INTO approval BY NAME
SELECT
    $run AS run, $digest AS digest, role, approver, code_sha256, $now::TIMESTAMPTZ AS requested_at,
    expires_at::TIMESTAMPTZ AS expires_at, []::VARCHAR[] AS reviewed
FROM (
    SELECT unnest(
        from_json(
            $rows,
            '[{"role": "VARCHAR", "approver": "VARCHAR", "code_sha256": "VARCHAR", "expires_at": "VARCHAR"}]'
        ),
        recursive := true
    )
);
