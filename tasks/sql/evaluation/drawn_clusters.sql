-- Reads drawn_person, contact. Writes drawn_cluster: one row per cluster and arm with what no outcome changes: the stratum,
-- the groups of its first person, the share of its persons who were reached, and the channels planned, as bits of places.
CREATE OR REPLACE TEMP TABLE drawn_cluster AS
WITH side AS (
    SELECT cluster, arm, count(*) AS persons, arg_min(number, person_key) AS first
    FROM drawn_person
    GROUP BY cluster, arm
), told AS (
    SELECT number, cluster, arm, bool_or(reached) AS reached, bit_or(1::BIGINT << place) AS channels
    FROM contact
    GROUP BY number, cluster, arm
), told_side AS (
    SELECT cluster, arm, count(*) FILTER (WHERE reached) AS reached, bit_or(channels) AS channels
    FROM told
    GROUP BY cluster, arm
)
SELECT
    side.cluster, side.arm, side.first, side.persons,
    -- The stratum of a cluster is that of its first member, as in the draw, also where the arms share a cluster.
    CASE WHEN another.person_key < one.person_key THEN another.segment ELSE one.segment END AS segment,
    one.need, one.life_situation, one."language", one.district,
    coalesce(told_side.reached, 0) / side.persons AS received, coalesce(told_side.channels, 0) AS channels
FROM side
INNER JOIN drawn_person AS one ON side.first = one.number
LEFT JOIN side AS other_side ON side.cluster = other_side.cluster AND side.arm <> other_side.arm
LEFT JOIN drawn_person AS another ON other_side.first = another.number
LEFT JOIN told_side ON side.cluster = told_side.cluster AND side.arm = told_side.arm
