-- Writes: variant, one row per distinct text.
INSERT INTO variant BY NAME
SELECT
    $run AS run, $variant AS variant, $wave AS wave, $channel AS channel, $language AS language, $subject AS subject,
    $text AS text, $html AS html, $template::BLOB AS template, $slots::VARCHAR[] AS slots, $digest AS digest,
    $parts::VARCHAR[] AS parts
