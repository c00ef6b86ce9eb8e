-- Reads approached, city_person, earlier. Grain: one row per dimension and value. persons of the audience; of the city,
-- and those of them outside the audience; meant by earlier runs, and missed by all of these.
-- fingerprint is the same for the same group of people and is kept nowhere, so hash() may change between versions.
-- Both sides are first counted by everything at once, so that only combinations are unfolded, not people.
WITH combined AS (
    SELECT
        approached.language, approached.easy_read, approached.district, approached.age, approached.reachability,
        approached.contacts_left, approached.knowledge,
        count(*) AS persons, bit_xor(hash(approached.person_key)) AS fingerprint,
        count(earlier.person_key) AS meant, count(*) FILTER (WHERE NOT earlier.reached) AS missed
    FROM approached
    LEFT JOIN earlier ON approached.person_key = earlier.person_key
    GROUP BY ALL
),

audience_cell AS (
    SELECT
        dimension, value, sum(persons)::BIGINT AS persons, bit_xor(fingerprint) AS fingerprint,
        sum(meant)::BIGINT AS meant, sum(missed)::BIGINT AS missed
    FROM (
        SELECT
            unnest(list_concat(
                ['everybody', 'language', 'easy_read', 'district', 'age', 'reachability', 'contacts_left'],
                $knowledge::VARCHAR[]
            )) AS dimension,
            unnest(list_concat(
                ['', language, if(easy_read, 'yes', 'no'), district, age, reachability, contacts_left], knowledge
            )) AS value,
            persons, fingerprint, meant, missed
        FROM combined
    )
    GROUP BY dimension, value
),

city_combined AS (
    SELECT
        city_person.language, city_person.easy_read, city_person.district, city_person.age, city_person.reachability,
        count(*) AS persons, count(*) FILTER (WHERE approached.person_key IS NULL) AS outside
    FROM city_person
    LEFT JOIN approached ON city_person.person_key = approached.person_key
    GROUP BY ALL
),

city_cell AS (
    SELECT dimension, value, sum(persons)::BIGINT AS city_persons, sum(outside)::BIGINT AS outside
    FROM (
        SELECT
            unnest(['everybody', 'language', 'easy_read', 'district', 'age', 'reachability']) AS dimension,
            unnest(['', language, if(easy_read, 'yes', 'no'), district, age, reachability]) AS value,
            persons, outside
        FROM city_combined
    )
    GROUP BY dimension, value
)

SELECT
    coalesce(audience_cell.dimension, city_cell.dimension) AS dimension,
    coalesce(audience_cell.value, city_cell.value) AS value,
    coalesce(audience_cell.persons, 0) AS persons,
    city_cell.city_persons, city_cell.outside,
    coalesce(audience_cell.meant, 0) AS meant, coalesce(audience_cell.missed, 0) AS missed,
    audience_cell.fingerprint
FROM audience_cell
FULL JOIN city_cell ON audience_cell.dimension = city_cell.dimension AND audience_cell.value = city_cell.value
WHERE list_contains($dimensions::VARCHAR[], coalesce(audience_cell.dimension, city_cell.dimension))
ORDER BY ALL
