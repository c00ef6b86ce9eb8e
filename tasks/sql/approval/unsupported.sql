-- Reads $grants, a JSON list of the approvals that the decision log supports for the run. Writes approval: every row that
-- is said to be approved and is not one of them goes.
DELETE FROM approval
WHERE
    run = $run AND approved_at IS NOT NULL
    AND NOT EXISTS (
        SELECT 1
        FROM (
            SELECT unnest(
                from_json(
                    $grants,
                    '[{"digest": "VARCHAR", "role": "VARCHAR", "approver": "VARCHAR", "approved_at": "VARCHAR",
                    "expires_at": "VARCHAR", "reviewed": ["VARCHAR"], "confirmed": ["VARCHAR"]}]'
                ),
                recursive := true
            )
        ) AS granted
        WHERE
            granted.digest = approval.digest AND granted.role = approval.role AND granted.approver = approval.approver
            AND granted.approved_at::TIMESTAMPTZ = approval.approved_at
            AND granted.expires_at::TIMESTAMPTZ = approval.expires_at AND granted.reviewed = approval.reviewed
            AND granted.confirmed = coalesce(approval.confirmed, [])
    );
