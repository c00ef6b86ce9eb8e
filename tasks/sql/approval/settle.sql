-- Reads and writes approval: one granted approval of the decision log. Updates the requested row or, where a lost
-- database has none, inserts it. An older grant never fills a newer request. Grain: one row.
MERGE INTO approval
USING (
    SELECT
        $run AS run, $digest AS digest, $role AS role, $approver AS approver,
        $approved_at::TIMESTAMPTZ AS approved_at, $expires_at::TIMESTAMPTZ AS expires_at,
        $reviewed::VARCHAR[] AS reviewed, $confirmed::VARCHAR[] AS confirmed
) AS granted
ON
    approval.run = granted.run AND approval.digest = granted.digest
    AND approval.role = granted.role AND approval.approver = granted.approver
WHEN MATCHED AND approval.approved_at IS NULL AND approval.requested_at <= granted.approved_at THEN UPDATE SET
    approved_at = granted.approved_at, expires_at = granted.expires_at, reviewed = granted.reviewed,
    confirmed = granted.confirmed
WHEN NOT MATCHED THEN INSERT (run, digest, role, approver, approved_at, expires_at, reviewed, confirmed)
    VALUES (
        granted.run, granted.digest, granted.role, granted.approver, granted.approved_at, granted.expires_at,
        granted.reviewed, granted.confirmed
    );
