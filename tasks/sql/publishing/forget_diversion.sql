-- Reads audience. Deletes from diversion those of a wave who get it later ($later), or all others: they are written anew.
DELETE FROM diversion
WHERE
    run = $run AND wave = $wave
    AND person_key IN (
        SELECT person_key FROM audience
        WHERE run = $run AND wave = $wave AND coalesce(arm = 'later', false) = $later
    )
