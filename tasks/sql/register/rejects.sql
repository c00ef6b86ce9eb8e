-- Rows that did not become persons: number and reason, never a value.
-- Reads:  entry
-- Gives:  one row per refused row
SELECT row, fault AS reason FROM entry WHERE fault IS NOT NULL ORDER BY row
