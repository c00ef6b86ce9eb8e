-- Every employee who answers residents or leads those who do. Units are put together by what their work is, so that no
-- group is a handful of people; nothing is known of the person but the unit, the language and whether there is e-mail.
SELECT
    employee.person_key,
    CASE WHEN employee.unit = 'Stadsledning' THEN 'supports_units' ELSE 'answers_residents' END AS need,
    CASE
        WHEN employee.unit IN ('Utbildning', 'Förskola') THEN 'works_with_children'
        WHEN employee.unit = 'Äldreomsorg' THEN 'works_with_elderly'
        ELSE 'works_at_desk'
    END AS life_situation
FROM register_employees AS employee
