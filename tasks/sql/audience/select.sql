-- Reads member, exclusion, named_profile. Writes audience, one row per run, wave and person.
INSERT INTO audience BY NAME
SELECT
    $run AS run, $wave AS wave, member.person_key, member.household_key, member.kind, named_profile.segment,
    member.language, member.facts, NULL AS arm, exclusion.reason AS excluded_reason, member.contacts_left
FROM member
INNER JOIN named_profile
    ON
        member.first = named_profile.first
        AND member.second = named_profile.second
        AND member.language = named_profile.language
        AND member.reach = named_profile.reach
        AND member.easy_read = named_profile.easy_read
        AND member.contacts_left = named_profile.contacts_left
LEFT JOIN exclusion ON member.person_key = exclusion.person_key
ORDER BY member.person_key
