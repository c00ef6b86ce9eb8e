-- Writes effect: one row per run, look and segment of the treated arm.
INSERT INTO effect BY NAME
SELECT
    $run AS run, $look AS look, $outcome AS outcome, 'treated' AS arm, $segment AS segment,
    $persons AS persons, $households AS households,
    $control_persons AS control_persons, $control_households AS control_households,
    CAST($level AS DOUBLE) AS level, CAST($control_level AS DOUBLE) AS control_level,
    CAST($effect AS DOUBLE) AS estimate, CAST($standard_error AS DOUBLE) AS standard_error,
    CAST($ci_low AS DOUBLE) AS ci_low, CAST($ci_high AS DOUBLE) AS ci_high, CAST($p AS DOUBLE) AS p,
    $target AS target, $verdict AS verdict, now() AS evaluated_at
