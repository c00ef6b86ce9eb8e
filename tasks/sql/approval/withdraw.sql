-- Reads $rows, a JSON list of {role, approver} who are asked anew. Writes approval: their unused codes of any content go.
DELETE FROM approval
WHERE
    run = $run AND approved_at IS NULL
    AND (role, approver) IN (
        SELECT (role, approver)
        FROM (SELECT unnest(from_json($rows, '[{"role": "VARCHAR", "approver": "VARCHAR"}]'), recursive := true))
    );
