-- Reads audience, assignment, variant. Grain: one row per wave and language of a text that somebody gets who wishes for
-- easy-to-read texts; no counts, since few may be meant.
SELECT DISTINCT audience.wave, variant.language
FROM audience
INNER JOIN assignment ON audience.run = assignment.run AND audience.wave = assignment.wave
    AND audience.person_key = assignment.person_key
INNER JOIN variant ON assignment.run = variant.run AND assignment.wave = variant.wave
    AND assignment.variant = variant.variant
WHERE audience.run = $run AND list_contains(map_extract(audience.facts, 'easy_read'), 'yes')
ORDER BY audience.wave, variant.language
