-- Reads margin (number, group_name), study_row. Writes margin_person: one row per person drawn with the place of its group in a margin.
-- Groups with fewer answers of the arm than $fewest are one group.
CREATE OR REPLACE TEMP TABLE margin_person AS
WITH answers AS (
    SELECT known.group_name, count(study_row.row) AS answered
    FROM margin AS known
    LEFT JOIN study_row ON known.number = study_row.unit AND study_row.arm = $arm
    GROUP BY ALL
), place AS (
    SELECT
        group_name, dense_rank() OVER (ORDER BY answered >= $fewest, CASE WHEN answered >= $fewest THEN group_name END) - 1 AS place
    FROM answers
)
SELECT known.number, place.place
FROM margin AS known
INNER JOIN place ON known.group_name = place.group_name
