-- Reads variant, variant_choice. One row per variant of a run, with one of the combinations of facts that get it.
SELECT
    variant.wave, variant.channel, variant.language, variant.subject, variant.text, coalesce(variant.html, '') AS html,
    map_keys(choice.facts) AS fact_names, map_values(choice.facts) AS fact_values, variant.variant,
    variant.parts
FROM variant
LEFT JOIN (
    SELECT run, wave, variant, min(facts) AS facts
    FROM variant_choice
    GROUP BY ALL
) AS choice
    ON variant.run = choice.run AND variant.wave = choice.wave AND variant.variant = choice.variant
WHERE variant.run = $run
ORDER BY variant.wave, variant.channel, fact_values, variant.language, variant.variant;
