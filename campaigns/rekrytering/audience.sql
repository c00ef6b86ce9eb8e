-- Subscribers who have agreed to hear about work in the city. What decides how to speak to them: whether they follow the
-- city already, where they are in working life, and how they are reached.
SELECT
    subscriber.person_key,
    CASE
        WHEN list_contains(subscriber.consent_purposes, 'newsletter') THEN 'follows_the_city' ELSE 'looks_for_work'
    END AS need,
    CASE
        WHEN subscriber.age < 30 THEN 'young'
        WHEN subscriber.age < 50 THEN 'midlife'
        ELSE 'experienced'
    END AS life_situation,
    CASE WHEN subscriber.age < 30 THEN 'starting' ELSE 'changing' END AS experience
FROM register_subscribers AS subscriber
WHERE
    subscriber.age BETWEEN 18 AND 66
    AND list_contains(subscriber.consent_purposes, 'work_in_the_city')
