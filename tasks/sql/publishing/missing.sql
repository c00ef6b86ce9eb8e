-- Reads final_assignment, audience and the temporary table planned_message; one row: assigned messages of those who get the
-- wave later ($later), or of all others, that are not planned; messages without a text.
SELECT
    (
        SELECT count(DISTINCT message_id) FROM final_assignment
        LEFT JOIN audience USING (run, wave, person_key)
        WHERE
            run = $run AND wave = $wave AND coalesce(audience.arm = 'later', false) = $later
            AND message_id NOT IN (SELECT message_id FROM planned_message)
    ),
    (
        SELECT count(*) FROM planned_message
        WHERE variant IS NULL OR variant NOT IN (SELECT variant FROM variant WHERE run = $run AND wave = $wave)
    );
