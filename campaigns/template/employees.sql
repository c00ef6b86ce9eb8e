-- The employees who will be asked: they know before the public does (P3a).
SELECT employee.person_key, 'answers_questions' AS need, 'employee' AS life_situation
FROM register_employees AS employee
WHERE employee.unit = 'Kundservice'
