-- Control groups that get the message later than the others.
COMMENT ON COLUMN audience.arm IS 'treated, holdout, or later: the control group until it gets the message later; null where excluded before the draw or where the wave has no holdout.';
COMMENT ON COLUMN evaluation.claim IS 'effect, no_effect_shown, too_few where an arm is too small to tell, or no_control where nobody was held out or those told later had got the message by the look.';
