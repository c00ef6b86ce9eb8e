-- Reads approached, area_pair, person, trait. Writes drawn_person: one row per person of the experiment, told apart by its
-- number; known_person: the same with what was known of it before. Keys of 32 characters are met again by their hash of 64
-- bits, for this session alone: of a million, two are alike once in 37 million looks. cluster = what was drawn as one;
-- other_household is null where that is the household; person_start = the first characters of the key, in whose order the
-- draw takes the members of a cluster.
CREATE OR REPLACE TEMP TABLE drawn_person AS
SELECT
    approached.number, approached.person, approached.registered, approached.person_start, approached.household,
    nullif(approached.household, approached.cluster) AS other_household,
    -- Where areas were drawn, results of whole areas are results of the experiment, and a pair of them is a stratum.
    CASE WHEN $by_area THEN approached.cluster END AS area,
    approached.cluster,
    -- Who gets the message later is the control group until then, and told like everybody else from then on.
    CASE WHEN approached.arm <> 'later' THEN approached.arm WHEN $all_are_told THEN 'treated' ELSE 'holdout' END AS arm,
    coalesce(area_pair.pair, approached.segment) AS segment, approached."language"
FROM approached($run, $wave, $by_area) AS approached
LEFT JOIN area_pair ON approached.area_name = area_pair.area
WHERE NOT $by_area OR area_pair.area IS NOT NULL;

CREATE OR REPLACE TEMP VIEW registered_person AS SELECT hash(kind, person_key) AS registered, district FROM person;

CREATE OR REPLACE TEMP VIEW known_person AS
SELECT drawn.*, registered_person.district, trait.* EXCLUDE (person_key)
FROM drawn_person AS drawn
LEFT JOIN registered_person ON drawn.registered = registered_person.registered
LEFT JOIN trait ON drawn.person = hash(trait.person_key)
