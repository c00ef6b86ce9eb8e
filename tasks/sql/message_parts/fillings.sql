-- Reads part_message (one row per message that is priced per part: its variant and the values of its slots). Writes the
-- temporary tables filling, one row per distinct text, numbered, and filling_part, empty, for the parts of each.
CREATE OR REPLACE TEMP TABLE filling AS
SELECT row_number() OVER () AS number, variant, "values"
FROM (SELECT DISTINCT variant, "values" FROM part_message);

CREATE OR REPLACE TEMP TABLE filling_part (number BIGINT, parts INTEGER)
