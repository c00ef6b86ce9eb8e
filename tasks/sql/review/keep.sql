-- Reads $rows, a JSON list of findings and of gates that hold. Writes check_result, one row each, of the suite gates.
INSERT INTO check_result BY NAME
SELECT
    $run AS run, 'review' AS stage, 'gates' AS suite, gate AS check_name, requirement, kind, success,
    message, place, now() AS checked_at, finding
FROM (
    SELECT unnest(
        from_json(
            $rows,
            '[{"gate": "VARCHAR", "requirement": "VARCHAR", "kind": "VARCHAR", "success": "BOOLEAN",
               "message": "VARCHAR", "place": "VARCHAR", "finding": "VARCHAR"}]'
        ),
        recursive := true
    )
);
