-- Reads nothing. Writes macros: how the text of a cell is understood.
-- told: the cell without what programs write for a missing value. label: the same for an arm, whose name may be None.
CREATE OR REPLACE TEMP MACRO told(cell) AS
    CASE WHEN lower(trim(cell)) IN ('', 'na', 'n/a', 'nan', '<na>', 'null', 'none', '.') THEN NULL ELSE trim(cell) END;
CREATE OR REPLACE TEMP MACRO label(cell) AS
    CASE WHEN lower(trim(cell)) IN ('', 'na', 'nan', '<na>', 'null') THEN NULL ELSE trim(cell) END;
-- number: NULL where the cell is missing or is no finite number; words for yes and no are 1 and 0.
CREATE OR REPLACE TEMP MACRO number(cell) AS
    CASE
        WHEN lower(told(cell)) IN ('true', 'yes', 't', 'y') THEN 1.0
        WHEN lower(told(cell)) IN ('false', 'no', 'f', 'n') THEN 0.0
        WHEN isfinite(TRY_CAST(told(cell) AS DOUBLE)) THEN TRY_CAST(told(cell) AS DOUBLE)
    END;
