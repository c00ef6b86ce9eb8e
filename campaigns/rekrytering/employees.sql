-- Elderly care, preschools and the customer service: the stories are about their work, so they hear of it first (P3a).
SELECT
    employee.person_key,
    'answers_questions' AS need,
    'employee' AS life_situation,
    'changing' AS experience
FROM register_employees AS employee
WHERE employee.unit IN ('Kundservice', 'Äldreomsorg', 'Förskola')
