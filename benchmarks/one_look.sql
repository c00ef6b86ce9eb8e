-- Reads nothing. Writes audience, person, assignment, message, delivery_event and outcome of one run ($run) of $people
-- persons, and trait: the answers of its audience query. Spread is by hash(): the same rows in one version of DuckDB.
CREATE TEMP MACRO spread(household, salt, most) AS CAST(hash(household * 97 + salt) % most AS BIGINT);

CREATE TEMP TABLE citizen AS
SELECT
    md5('person ' || i) AS person_key, md5('household ' || i // 2) AS household_key, i // 2 AS household,
    ['needs_bin', 'has_bin'][1 + spread(i // 2, 1, 2)] AS need,
    ['adults', 'children', 'senior', 'over_80'][1 + spread(i // 2, 7, 4)] AS life_situation,
    ['sv', 'sv', 'sv', 'en'][1 + spread(i // 2, 11, 4)] AS language,
    ['email', 'email', 'letter'][1 + spread(i // 2, 13, 3)] AS channel,
    'district ' || spread(i // 2, 17, 13) AS district, 'area ' || spread(i // 2, 17, 13) AS area,
    CASE WHEN spread(i // 2, 19, 10) = 0 THEN 'holdout' ELSE 'treated' END AS arm
FROM range($people) AS people(i);

INSERT INTO audience BY NAME
SELECT
    $run AS run, 'external' AS wave, person_key, household_key, household_key AS cluster_key, 'population' AS kind,
    need || '/' || life_situation || '|' || language || '|' || channel AS segment, language, MAP {'housing': 'flat'} AS facts, arm
FROM citizen;

INSERT INTO person BY NAME
SELECT 'population' AS kind, person_key, household_key, district, area, language FROM citizen;


CREATE TEMP TABLE trait AS
SELECT person_key, MAP {'need': need, 'life_situation': life_situation} AS traits FROM citizen;

INSERT INTO assignment BY NAME
SELECT
    $run AS run, told.wave, person_key, CASE WHEN spread(household, 23, 20) = 0 THEN 'letter' ELSE channel END AS channel,
    'text' AS variant, md5(told.wave || person_key) AS message_id
FROM citizen
CROSS JOIN (VALUES ('external', 1), ('reminder', 5)) AS told(wave, one_in)
WHERE arm = 'treated' AND spread(household, 29, told.one_in) = 0;

INSERT INTO message BY NAME
SELECT
    run, message_id, wave, channel, variant, person_key, '0' AS shard,
    CASE channel WHEN 'letter' THEN 9.5 ELSE 0.02 END AS cost_sek,
    CASE channel WHEN 'letter' THEN 0.02 ELSE 0.0003 END AS co2_kg, now() AS planned_at
FROM assignment;

INSERT INTO delivery_event BY NAME
SELECT
    run, message_id, wave || '.1' AS segment, row_number() OVER () AS "offset", now() AS happened_at, state.status, 1 AS attempt
FROM message
CROSS JOIN (VALUES ('marked', 1), ('outcome', 2)) AS state(status, place)
ORDER BY place;

UPDATE delivery_event SET status = CASE WHEN starts_with(message_id, '0') THEN 'rejected' ELSE 'accepted' END
WHERE status = 'outcome';

INSERT INTO outcome BY NAME
SELECT
    $run AS run, 'household' AS unit, household_key AS unit_key, 'sorts_food_waste' AS outcome,
    CAST(spread(household, 31 + look.place, 100) < look.share + CASE WHEN arm = 'treated' THEN look.gain ELSE 0 END AS DOUBLE)
        AS value,
    look.day AS observed_on, now() AS imported_at
FROM (SELECT DISTINCT household_key, household, arm FROM citizen)
CROSS JOIN (
    VALUES (1, 10, 0, DATE '2027-01-10'), (2, 12, 5, DATE '2027-02-20')
) AS look(place, share, gain, day);
