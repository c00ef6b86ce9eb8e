-- Reads run, variant, assignment of one run ($run). No text leaves: only what is true of it.
-- Grain: one row per variant, one row of nulls where there is none. Columns of the whole run are repeated.
WITH spoken AS (
    SELECT unnest((brief -> 'languages')::VARCHAR[]) AS language FROM run WHERE run = $run
),

whole AS (
    SELECT
        (
            SELECT count(*) FROM assignment
            WHERE
                run = $run
                AND (variant IS NULL OR variant NOT IN (SELECT variant FROM variant WHERE run = $run))
        ) AS assigned_without_variant,
        (
            SELECT count(*) FROM assignment
            INNER JOIN variant ON assignment.run = variant.run AND assignment.variant = variant.variant
            WHERE assignment.run = $run AND assignment.channel <> variant.channel
        ) AS assigned_to_other_channel,
        (
            SELECT count(*) FROM spoken
            WHERE language NOT IN (SELECT language FROM variant WHERE run = $run AND channel = 'web')
        ) AS languages_without_page
)

SELECT
    variant.variant, variant.channel, variant.language, nullif(variant.digest, '') AS digest,
    coalesce(
        variant.variant IS NOT NULL
        AND (
            trim(coalesce(variant.text, '') || coalesce(variant.html, '')) = ''
            OR (variant.channel = 'email' AND (trim(coalesce(variant.subject, '')) = '' OR trim(coalesce(variant.text, '')) = ''))
        ),
        false
    ) AS is_empty,
    coalesce(octet_length(variant.template) = 0, variant.variant IS NOT NULL) AS template_is_empty,
    regexp_matches(concat_ws(' ', variant.subject, variant.text, variant.html), '\{\{|\{%') AS has_placeholder,
    whole.assigned_without_variant, whole.assigned_to_other_channel, whole.languages_without_page
FROM whole
LEFT JOIN variant ON variant.run = $run
