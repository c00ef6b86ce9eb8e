-- Reads observed_person, drawn_cluster. Writes cluster_sum: intention to treat, so everyone drawn counts, reached or not.
-- Grain: one row per cluster and arm. A cluster is what was drawn as one, so that draw and analysis agree.
-- m = observed units, y = the sum of their outcomes, in the unit of analysis.
CREATE OR REPLACE TEMP TABLE cluster_sum AS
WITH household AS (
    SELECT
        cluster, arm, other_household,
        count("value") AS observed_persons, avg("value") AS mean, sum("value") AS total
    FROM observed_person
    GROUP BY cluster, arm, other_household
), summed AS (
    SELECT
        cluster, arm, count(*) AS households, count(mean) AS observed_households,
        sum(observed_persons)::BIGINT AS observed_persons, sum(mean) AS means, sum(total) AS total
    FROM household
    GROUP BY cluster, arm
)
SELECT
    drawn.cluster, drawn.arm, drawn.first, drawn.persons, drawn.segment, drawn.need, drawn.life_situation,
    drawn."language", drawn.district, drawn.received, drawn.channels, summed.households,
    summed.observed_households, summed.observed_persons,
    CASE $unit
        WHEN 'household' THEN summed.observed_households
        WHEN 'area' THEN least(summed.observed_persons, 1)
        ELSE summed.observed_persons
    END AS m,
    coalesce(
        CASE $unit
            WHEN 'household' THEN summed.means
            WHEN 'area' THEN summed.total / summed.observed_persons
            ELSE summed.total
        END,
        0
    ) AS y
FROM drawn_cluster AS drawn
INNER JOIN summed ON drawn.cluster = summed.cluster AND drawn.arm = summed.arm
