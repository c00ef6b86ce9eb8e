-- Reads message and delivery_event of one run; one row: planned messages, distinct ids, events of unplanned messages.
SELECT
    (SELECT count(*) FROM message WHERE run = $run),
    (SELECT count(DISTINCT message_id) FROM message WHERE run = $run),
    (
        SELECT count(*) FROM delivery_event
        WHERE run = $run AND message_id NOT IN (SELECT message_id FROM message WHERE run = $run)
    );
