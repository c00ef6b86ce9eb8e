-- Reads register_extract, person, contact_point, identity of one kind ($kind); today's date is $today.
-- Grain: one row per person of the kind; one row of nulls where the register is empty. Pseudonyms only.
SELECT
    person.person_key, person.household_key, person.status, person.language,
    CASE WHEN person.protected THEN coalesce(points.points, 0) + coalesce(names.names, 0) ELSE 0 END::BIGINT
        AS protected_contact_points,
    date_diff('day', extract.extracted_on, $today::DATE) AS extract_age_days,
    coalesce(extract.rows_rejected, 0)::DOUBLE / greatest(extract.rows_read, 1) AS rejected_share
FROM (VALUES ($kind)) AS asked (kind)
LEFT JOIN register_extract AS extract ON asked.kind = extract.kind
LEFT JOIN person ON asked.kind = person.kind
LEFT JOIN (SELECT kind, person_key, count(*) AS points FROM contact_point GROUP BY ALL) AS points
    ON person.kind = points.kind AND person.person_key = points.person_key
LEFT JOIN (SELECT kind, person_key, count(*) AS names FROM identity GROUP BY ALL) AS names
    ON person.kind = names.kind AND person.person_key = names.person_key
