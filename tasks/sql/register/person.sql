-- The public row of each person; of a protected one no more than is needed to leave the household out.
-- Reads:  people, variable kind
-- Gives:  the rows of person, one per person of this kind
SELECT
    getvariable('kind')::VARCHAR AS kind,
    person_key,
    CASE
        WHEN household_id IS NOT NULL THEN keyed_hash('household', household_id)
        WHEN postal IS NOT NULL THEN keyed_hash('household', postal)
        ELSE person_key
    END AS household_key,
    birth_year::SMALLINT AS birth_year,
    CASE WHEN NOT protected THEN district END AS district,
    CASE WHEN NOT protected THEN postcode[:3] END AS area,
    language, easy_read, status, protected,
    CASE WHEN NOT protected THEN nullif(array_to_string(children, ','), '') END AS guardian_of,
    CASE WHEN NOT protected THEN unit END AS unit,
    CASE WHEN NOT protected THEN coalesce(consent_purposes, []) ELSE [] END::VARCHAR[] AS consent_purposes,
    CASE WHEN NOT protected THEN attributes ELSE MAP {} END::MAP(VARCHAR, VARCHAR) AS attributes
FROM people
ORDER BY person_key
