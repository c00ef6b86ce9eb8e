-- Reads drawn_person, registered_person, trait, contact. Writes drawn_cluster: one row per cluster and arm with what no
-- outcome changes: the stratum, what was known of its first person, the share of its persons who were reached, and the
-- channels planned, as bits of places.
CREATE OR REPLACE TEMP TABLE drawn_cluster AS
WITH side AS (
    SELECT cluster, arm, count(*) AS persons, arg_min(number, person_start) AS first, min(person_start) AS start
    FROM drawn_person
    GROUP BY cluster, arm
), leader AS (
    -- The stratum of a cluster is that of its first member, as in the draw, also where the arms share a cluster.
    SELECT side.cluster, arg_min(drawn.segment, side.start) AS segment
    FROM side
    INNER JOIN drawn_person AS drawn ON side.first = drawn.number
    WHERE side.cluster IN (SELECT cluster FROM side GROUP BY cluster HAVING count(*) > 1)
    GROUP BY side.cluster
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
    CASE WHEN leader.cluster IS NULL THEN one.segment ELSE leader.segment END AS segment,
    coalesce(told_side.reached, 0) / side.persons AS received, coalesce(told_side.channels, 0) AS channels,
    one."language", registered_person.district, trait.* EXCLUDE (person_key)
FROM side
INNER JOIN drawn_person AS one ON side.first = one.number
LEFT JOIN registered_person ON one.registered = registered_person.registered
LEFT JOIN trait ON one.person = hash(trait.person_key)
LEFT JOIN leader ON side.cluster = leader.cluster
LEFT JOIN told_side ON side.cluster = told_side.cluster AND side.arm = told_side.arm
