-- Reads member, exclusion. One row per profile, with the persons who may be contacted.
SELECT
    member.first, member.second, member.language, member.reach, member.easy_read, member.contacts_left,
    count(*) FILTER (WHERE exclusion.person_key IS NULL) AS persons
FROM member
LEFT JOIN exclusion ON member.person_key = exclusion.person_key
GROUP BY ALL
ORDER BY ALL
