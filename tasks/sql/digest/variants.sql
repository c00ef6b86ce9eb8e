-- Reads variant of one run ($run). Writes nothing. Grain: one row per variant, hashed from its stored content.
SELECT
    variant,
    sha256(
        encode(to_json([wave, channel, language, subject, text, html, digest, slots::VARCHAR])::VARCHAR) || coalesce(template, ''::BLOB)
    ) AS digest
FROM variant
WHERE run = $run
ORDER BY variant
