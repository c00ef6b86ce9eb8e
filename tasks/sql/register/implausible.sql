-- Refuse numbers that are right in form but cannot be a living register's: not yet born, or born before 1880.
-- Reads:  number, variable extracted_on
-- Writes: number.fault
UPDATE number
SET
    fault = CASE
        WHEN born > getvariable('extracted_on')::DATE THEN 'has a date of birth after the extract'
        ELSE 'has a date of birth before 1880'
    END,
    number = NULL
WHERE number IS NOT NULL AND (born > getvariable('extracted_on')::DATE OR born < DATE '1880-01-01');
