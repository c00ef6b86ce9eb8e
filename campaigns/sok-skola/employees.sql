-- Schools, preschools and the customer service: they know before the public does (P3a).
SELECT
    employee.person_key,
    'answers_questions' AS need,
    'employee' AS life_situation,
    'preschool_class' AS school_year,
    'one' AS children
FROM register_employees AS employee
WHERE employee.unit IN ('Kundservice', 'Utbildning', 'Förskola')
