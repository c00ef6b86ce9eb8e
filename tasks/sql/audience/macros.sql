-- Writes two macros that say the same of the audience and of the city: the language in which a message speaks to a
-- person, among those of the brief, and the age band at the end of this year.
CREATE OR REPLACE TEMP MACRO message_language(tag, languages) AS
CASE
    WHEN list_contains(languages, tag) THEN tag
    WHEN list_contains(languages, split_part(tag, '-', 1)) THEN split_part(tag, '-', 1)
    WHEN list_contains(languages, 'sv') THEN 'sv'
    ELSE languages[1]
END;

CREATE OR REPLACE TEMP MACRO age_band(birth_year) AS
CASE
    WHEN birth_year IS NULL THEN 'unknown'
    WHEN year(current_date) - birth_year < 18 THEN '0-17'
    WHEN year(current_date) - birth_year < 30 THEN '18-29'
    WHEN year(current_date) - birth_year < 45 THEN '30-44'
    WHEN year(current_date) - birth_year < 65 THEN '45-64'
    WHEN year(current_date) - birth_year < 80 THEN '65-79'
    ELSE '80-'
END;
