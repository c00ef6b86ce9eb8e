-- Reads contact, label. Writes next_label: every person takes the least cluster of everyone sharing a contact point,
-- and then that cluster's own cluster, which halves the remaining way (pointer jumping; Shiloach and Vishkin 1982).
CREATE OR REPLACE TEMP TABLE next_label AS
WITH least_of_anchor AS (
    SELECT contact.anchor, min(label.cluster) AS cluster
    FROM contact
    INNER JOIN label ON contact.number = label.number
    GROUP BY contact.anchor
),

nearer AS (
    SELECT contact.number, min(least_of_anchor.cluster) AS cluster
    FROM contact
    INNER JOIN least_of_anchor ON contact.anchor = least_of_anchor.anchor
    GROUP BY contact.number
)

SELECT nearer.number, least(nearer.cluster, further.cluster) AS cluster
FROM nearer
INNER JOIN nearer AS further ON nearer.cluster = further.number
