-- Gives every assigned person the text of their combination.
-- Reads: audience, variant_choice. Writes: assignment.variant. Grain: run, wave and person.
UPDATE assignment
SET variant = choice.variant
FROM audience, variant_choice AS choice
WHERE
    assignment.run = $run
    AND audience.run = $run
    AND choice.run = $run
    AND audience.wave = assignment.wave
    AND audience.person_key = assignment.person_key
    AND choice.wave = assignment.wave
    AND choice.channel = assignment.channel
    AND choice.language = audience.language
    AND choice.facts = map_from_entries(list_sort(map_entries(coalesce(audience.facts, map()))))
