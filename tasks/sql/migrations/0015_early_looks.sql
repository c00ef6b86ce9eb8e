-- A look that is evaluated before its day has an answer, and is evaluated again on its day.
COMMENT ON COLUMN look.state IS 'due, waiting (no outcomes yet), early (evaluated before its day, and again on it) or done.';
COMMENT ON COLUMN look.evaluated_at IS 'When it was evaluated last; null before.';
COMMENT ON COLUMN evaluation.claim IS 'effect, no_effect_shown, too_few where an arm is too small to tell, or no_control where nobody was held out.';
