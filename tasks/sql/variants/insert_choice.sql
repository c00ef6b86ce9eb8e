-- Writes: variant_choice, one row per wave, channel, language and combination of facts.
INSERT INTO variant_choice BY NAME
SELECT
    $run AS run, $wave AS wave, $channel AS channel, $language AS language,
    map($names::VARCHAR[], $facts::VARCHAR[]) AS facts, $variant AS variant
