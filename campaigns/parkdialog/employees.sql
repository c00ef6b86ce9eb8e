-- Preschools and the customer service: they know before the public does, and can answer (P3a, P3b).
SELECT
    employee.person_key,
    'answers_questions' AS need,
    'employee' AS life_situation,
    'no' AS easy_read
FROM register_employees AS employee
WHERE employee.unit IN ('Kundservice', 'Förskola')
