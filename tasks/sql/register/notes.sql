-- What is unusable in rows that were accepted, and which rows were merged: numbers and reasons, never a value.
-- Reads:  entry, kept, source
-- Gives:  one row per row of the file and note
WITH noted AS (
    SELECT
        entry.row,
        [
            CASE WHEN source.email IS NOT NULL AND entry.email IS NULL
                THEN 'email: not a usable address, left out' END,
            CASE WHEN source.mobile IS NOT NULL AND entry.mobile IS NULL
                THEN 'mobile: not a usable mobile number, left out' END,
            CASE WHEN source.postcode IS NOT NULL AND entry.postcode IS NULL
                THEN 'postcode: not five digits, no letter can be sent' END,
            CASE WHEN source.street IS NOT NULL AND source.postcode IS NULL
                THEN 'postcode: is empty, no letter can be sent' END,
            CASE WHEN source.apartment IS NOT NULL AND entry.apartment IS NULL
                THEN 'apartment: not four digits, left out' END,
            CASE WHEN source.language IS NOT NULL AND entry.language IS NULL
                THEN 'language: not a language tag, sv is used' END,
            CASE WHEN source.easy_read IS NOT NULL AND yes_or_no(source.easy_read) IS NULL
                THEN 'easy_read: neither yes nor no, no is used' END,
            CASE WHEN entry.protected_unclear
                THEN 'protected: neither yes nor no, treated as protected' END,
            CASE WHEN kept.row <> entry.row THEN 'same person as row ' || kept.row || ', merged' END
        ] AS notes
    FROM entry
    INNER JOIN source ON entry.row = source.row
    INNER JOIN kept ON entry.number = kept.number
    WHERE entry.fault IS NULL
)

SELECT row, unnest(list_filter(notes, lambda note: note IS NOT NULL)) AS note FROM noted ORDER BY row, note
