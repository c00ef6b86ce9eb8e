-- As audience.sql, but only guardians for whom the register shows no choice of school yet. The audience is chosen when
-- the run is prepared, so this is who had not chosen then; the text thanks whoever has applied since.
WITH custody AS (
    SELECT person_key, unnest(string_split(guardian_of, ',')) AS child_key
    FROM register_guardians
),

applicant AS (
    SELECT
        custody.person_key,
        count(*) AS children,
        bool_or(child.birth_year = 2021) AS begins_school,
        bool_and(guardians.people = 1) AS alone
    FROM custody
    INNER JOIN register_population AS child ON custody.child_key = child.person_key
    INNER JOIN (SELECT child_key, count(*) AS people FROM custody GROUP BY child_key) AS guardians
        ON custody.child_key = guardians.child_key
    WHERE child.birth_year IN (2014, 2021) AND child.status = 'alive'
    GROUP BY custody.person_key
)

SELECT
    guardian.person_key,
    CASE
        WHEN NOT applicant.begins_school THEN 'changes_school'
        WHEN len(string_split(guardian.guardian_of, ',')) > applicant.children THEN 'knows_school'
        ELSE 'first_school'
    END AS need,
    CASE WHEN applicant.alone THEN 'sole_guardian' ELSE 'two_guardians' END AS life_situation,
    CASE WHEN guardian.has_email OR guardian.has_digital_mailbox THEN 'digital' ELSE 'paper' END AS channel_habit,
    CASE WHEN guardian.language = 'sv' THEN 'swedish' ELSE 'other_language' END AS language_skill,
    CASE WHEN applicant.begins_school THEN 'preschool_class' ELSE 'year_7' END AS school_year,
    CASE WHEN applicant.children = 1 THEN 'one' ELSE 'many' END AS children,
    DATE '2027-02-15' AS last_day
FROM register_guardians AS guardian
INNER JOIN applicant ON guardian.person_key = applicant.person_key
WHERE coalesce(guardian.attributes['school_choice'], 'not_made') <> 'made'
