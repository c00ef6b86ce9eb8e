-- Reads contact, label. Writes next_label: every person takes the least cluster of everyone sharing a contact point,
-- and then that cluster's own cluster, which halves the remaining way (pointer jumping; Shiloach and Vishkin 1982).
CREATE OR REPLACE TEMP TABLE next_label AS
WITH least_of_point AS (
    SELECT contact.point, min(label.cluster) AS cluster
    FROM contact
    INNER JOIN label ON contact.person_key = label.person_key
    GROUP BY contact.point
),

nearer AS (
    SELECT contact.person_key, min(least_of_point.cluster) AS cluster
    FROM contact
    INNER JOIN least_of_point ON contact.point = least_of_point.point
    GROUP BY contact.person_key
)

SELECT nearer.person_key, least(nearer.cluster, further.cluster) AS cluster
FROM nearer
INNER JOIN nearer AS further ON nearer.cluster = further.person_key
