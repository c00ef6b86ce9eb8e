-- Reads variant. One row per letter text of a run, with the typst document that is sent.
SELECT variant, language, template
FROM variant
WHERE run = $run AND channel = 'letter'
ORDER BY variant;
