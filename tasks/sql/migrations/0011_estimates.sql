-- What an evaluation finds beyond the plain difference, and what it rests on.

ALTER TABLE effect ADD COLUMN unit VARCHAR;
ALTER TABLE effect ADD COLUMN p_adjusted DOUBLE;
ALTER TABLE effect ADD COLUMN ratio DOUBLE;
ALTER TABLE effect ADD COLUMN ratio_low DOUBLE;
ALTER TABLE effect ADD COLUMN ratio_high DOUBLE;
ALTER TABLE effect ADD COLUMN look_low DOUBLE;
ALTER TABLE effect ADD COLUMN look_high DOUBLE;
ALTER TABLE effect ADD COLUMN anytime_low DOUBLE;
ALTER TABLE effect ADD COLUMN anytime_high DOUBLE;
ALTER TABLE effect ADD COLUMN complier_effect DOUBLE;
ALTER TABLE effect ADD COLUMN complier_standard_error DOUBLE;
ALTER TABLE effect ADD COLUMN shrunken DOUBLE;
ALTER TABLE effect ADD COLUMN shrunken_low DOUBLE;
ALTER TABLE effect ADD COLUMN shrunken_high DOUBLE;
COMMENT ON COLUMN effect.unit IS 'What one observation is: person, household or area.';
COMMENT ON COLUMN effect.p_adjusted IS 'p adjusted for all claims of the look (Holm, over the objective and the measures); null for a segment.';
COMMENT ON COLUMN effect.ratio IS 'Level over the control group''s; null where one is not above 0.';
COMMENT ON COLUMN effect.ratio_low IS 'Lower end of the 95 % interval of the ratio.';
COMMENT ON COLUMN effect.ratio_high IS 'Upper end of the 95 % interval of the ratio.';
COMMENT ON COLUMN effect.look_low IS 'Lower end of the interval that holds at all planned looks together with 95 % (O''Brien–Fleming).';
COMMENT ON COLUMN effect.look_high IS 'Upper end of the interval that holds at all planned looks together with 95 %.';
COMMENT ON COLUMN effect.anytime_low IS 'Lower end of the interval that holds however often somebody looks (confidence sequence): for open dashboards.';
COMMENT ON COLUMN effect.anytime_high IS 'Upper end of the interval that holds however often somebody looks.';
COMMENT ON COLUMN effect.complier_effect IS 'Secondary: effect on those who were reached because they were drawn; null where the draw hardly changed who was.';
COMMENT ON COLUMN effect.complier_standard_error IS 'Its standard error.';
COMMENT ON COLUMN effect.shrunken IS 'Estimate drawn towards what all segments show together: the luckiest one is not believed for its luck.';
COMMENT ON COLUMN effect.shrunken_low IS 'Lower end of the 95 % interval of the shrunken estimate.';
COMMENT ON COLUMN effect.shrunken_high IS 'Upper end of the 95 % interval of the shrunken estimate.';
COMMENT ON COLUMN effect.verdict IS 'better, worse or not_shown; of the objective and the measures by p_adjusted against evaluation.look_level.';

CREATE TABLE evaluation (
    run VARCHAR, look SMALLINT, claim VARCHAR, look_level DOUBLE, sample_ratio_p DOUBLE, balance_p DOUBLE,
    minimum_detectable_effect DOUBLE, power DOUBLE, covariates VARCHAR[], raked BOOLEAN, observed_on DATE
);
COMMENT ON TABLE evaluation IS 'One row per run and look: what the estimates of the look rest on.';
COMMENT ON COLUMN evaluation.run IS 'The run.';
COMMENT ON COLUMN evaluation.look IS 'Number of the look.';
COMMENT ON COLUMN evaluation.claim IS 'effect, no_effect_shown, or no_control where nothing causal may be said.';
COMMENT ON COLUMN evaluation.look_level IS 'What p_adjusted must lie below at this look, so that all planned looks together raise 5 % false alarms.';
COMMENT ON COLUMN evaluation.sample_ratio_p IS 'p value that arms of these sizes were drawn; below 0.001 the look is refused.';
COMMENT ON COLUMN evaluation.balance_p IS 'p value that arms so unlike in the covariates were drawn; null without covariates.';
COMMENT ON COLUMN evaluation.minimum_detectable_effect IS 'The effect that would have been shown with power 0.80, in the unit of the outcome.';
COMMENT ON COLUMN evaluation.power IS 'Power reached: the chance that the change the objective asks for would have been shown.';
COMMENT ON COLUMN evaluation.covariates IS 'What the estimate was adjusted for.';
COMMENT ON COLUMN evaluation.raked IS 'Survey answers were weighted to the whole audience.';
COMMENT ON COLUMN evaluation.observed_on IS 'Newest day of observation.';

CREATE TABLE effect_group (
    run VARCHAR, look SMALLINT, outcome VARCHAR, dimension VARCHAR, group_name VARCHAR, persons BIGINT,
    control_persons BIGINT, estimate DOUBLE, standard_error DOUBLE, ci_low DOUBLE, ci_high DOUBLE,
    shrunken DOUBLE, shrunken_low DOUBLE, shrunken_high DOUBLE, gap DOUBLE, gap_p_adjusted DOUBLE, standing VARCHAR
);
COMMENT ON TABLE effect_group IS 'One row per run, look, outcome, dimension and group: who gained and who was left out. Groups with fewer than ten persons in an arm are left out, and others with them so that none is found by subtraction.';
COMMENT ON COLUMN effect_group.run IS 'The run.';
COMMENT ON COLUMN effect_group.look IS 'Number of the look.';
COMMENT ON COLUMN effect_group.outcome IS 'Outcome.';
COMMENT ON COLUMN effect_group.dimension IS 'need, life_situation, language or district.';
COMMENT ON COLUMN effect_group.group_name IS 'Value of the dimension.';
COMMENT ON COLUMN effect_group.persons IS 'Persons of the treated arm with an observed outcome.';
COMMENT ON COLUMN effect_group.control_persons IS 'Persons of the holdout with an observed outcome.';
COMMENT ON COLUMN effect_group.estimate IS 'Treated minus holdout within the group, in the unit of the outcome.';
COMMENT ON COLUMN effect_group.standard_error IS 'Its cluster-robust standard error.';
COMMENT ON COLUMN effect_group.ci_low IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN effect_group.ci_high IS 'Upper end of its 95 % interval.';
COMMENT ON COLUMN effect_group.shrunken IS 'Estimate drawn towards what the groups of the dimension have in common: the figure to show.';
COMMENT ON COLUMN effect_group.shrunken_low IS 'Lower end of the 95 % interval of the shrunken estimate.';
COMMENT ON COLUMN effect_group.shrunken_high IS 'Upper end of the 95 % interval of the shrunken estimate.';
COMMENT ON COLUMN effect_group.gap IS 'Effect in the group minus the effect in the rest of the dimension.';
COMMENT ON COLUMN effect_group.gap_p_adjusted IS 'p value that the gap is zero, adjusted for all groups of the dimension (Holm).';
COMMENT ON COLUMN effect_group.standing IS 'gained, left_out or as_others, seen from the objective, by gap_p_adjusted below 0.05.';

CREATE TABLE equity (
    run VARCHAR, look SMALLINT, outcome VARCHAR, dimension VARCHAR, equity_index DOUBLE, least VARCHAR, most VARCHAR
);
COMMENT ON TABLE equity IS 'One row per run, look, outcome and dimension with at least two groups that may be shown.';
COMMENT ON COLUMN equity.run IS 'The run.';
COMMENT ON COLUMN equity.look IS 'Number of the look.';
COMMENT ON COLUMN equity.outcome IS 'Outcome.';
COMMENT ON COLUMN equity.dimension IS 'need, life_situation, language or district.';
COMMENT ON COLUMN equity.equity_index IS 'What the group that gained least gained, as a share 0–1 of what everybody did (shrunken): 1 where all gained alike, 0 where some group gained nothing; null where no effect is shown.';
COMMENT ON COLUMN equity.least IS 'Group that gained least.';
COMMENT ON COLUMN equity.most IS 'Group that gained most.';

CREATE TABLE effect_channel (
    run VARCHAR, look SMALLINT, outcome VARCHAR, segment VARCHAR, channels VARCHAR, persons BIGINT,
    control_persons BIGINT,
    level DOUBLE, control_level DOUBLE, estimate DOUBLE, standard_error DOUBLE, ci_low DOUBLE, ci_high DOUBLE,
    p_adjusted DOUBLE, shrunken DOUBLE, shrunken_low DOUBLE, shrunken_high DOUBLE, cost_sek DOUBLE,
    sek_per_result DOUBLE, co2_kg DOUBLE
);
COMMENT ON TABLE effect_channel IS 'One row per run, look, outcome, group of segments and channels together: those whose plan held exactly these channels, against the holdout of the same segments and household sizes.';
COMMENT ON COLUMN effect_channel.run IS 'The run.';
COMMENT ON COLUMN effect_channel.look IS 'Number of the look.';
COMMENT ON COLUMN effect_channel.outcome IS 'Outcome.';
COMMENT ON COLUMN effect_channel.segment IS 'What the segments have in common, such as need/life_situation, without language and addresses; all for everybody. Its figures are of the group; money only for all.';
COMMENT ON COLUMN effect_channel.channels IS 'Channels of the plan, joined by +, in alphabetical order.';
COMMENT ON COLUMN effect_channel.persons IS 'Treated persons whose plan held these channels.';
COMMENT ON COLUMN effect_channel.control_persons IS 'Persons held out in the same segments and household sizes.';
COMMENT ON COLUMN effect_channel.level IS 'Mean outcome of the treated.';
COMMENT ON COLUMN effect_channel.control_level IS 'Mean outcome of the holdout, weighted as the treated.';
COMMENT ON COLUMN effect_channel.estimate IS 'Difference, in the unit of the outcome.';
COMMENT ON COLUMN effect_channel.standard_error IS 'Its cluster-robust standard error.';
COMMENT ON COLUMN effect_channel.ci_low IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN effect_channel.ci_high IS 'Upper end of its 95 % interval.';
COMMENT ON COLUMN effect_channel.p_adjusted IS 'p adjusted for all channels of the look (Holm).';
COMMENT ON COLUMN effect_channel.shrunken IS 'Estimate drawn towards what all channels show together, so that the best one is not believed for its luck: the figure to compare channels by.';
COMMENT ON COLUMN effect_channel.shrunken_low IS 'Lower end of the 95 % interval of the shrunken estimate.';
COMMENT ON COLUMN effect_channel.shrunken_high IS 'Upper end of the 95 % interval of the shrunken estimate.';
COMMENT ON COLUMN effect_channel.cost_sek IS 'Cost of the accepted messages, kronor.';
COMMENT ON COLUMN effect_channel.sek_per_result IS 'Kronor per unit that reached the result because of the campaign (shrunken); null where the interval holds zero.';
COMMENT ON COLUMN effect_channel.co2_kg IS 'Carbon dioxide equivalents of the accepted messages, kilograms.';

CREATE TABLE plan_lesson (
    run VARCHAR, channel VARCHAR, share_before DOUBLE, share_now DOUBLE, persons_before BIGINT, persons_now BIGINT,
    lesson_runs VARCHAR[]
);
COMMENT ON TABLE plan_lesson IS 'One row per run and channel that earlier campaigns have taught something about: what the lessons changed in the plan to the public.';
COMMENT ON COLUMN plan_lesson.run IS 'The run that was planned.';
COMMENT ON COLUMN plan_lesson.channel IS 'Channel.';
COMMENT ON COLUMN plan_lesson.share_before IS 'Mean share believed to act because of one contact before any lesson: the documented prior.';
COMMENT ON COLUMN plan_lesson.share_now IS 'The same, as believed now.';
COMMENT ON COLUMN plan_lesson.persons_before IS 'Persons who would have got the channel without the lessons, to the nearest ten.';
COMMENT ON COLUMN plan_lesson.persons_now IS 'Persons who get it in the optimum, exploration aside, to the nearest ten.';
COMMENT ON COLUMN plan_lesson.lesson_runs IS 'Runs that taught something about the channel.';
