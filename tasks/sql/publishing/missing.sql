-- Reads final_assignment and the temporary table planned_message; one row: assigned messages not planned, messages without a text.
SELECT
    (
        SELECT count(DISTINCT message_id) FROM final_assignment
        WHERE run = $run AND wave = $wave AND message_id NOT IN (SELECT message_id FROM planned_message)
    ),
    (
        SELECT count(*) FROM planned_message
        WHERE variant IS NULL OR variant NOT IN (SELECT variant FROM variant WHERE run = $run AND wave = $wave)
    );
