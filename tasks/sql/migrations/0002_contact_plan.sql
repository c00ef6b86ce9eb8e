-- The contact plan: sequences over the waves, their explanation, exploration, and the way round an address that failed.

ALTER TABLE assignment ADD COLUMN fallback VARCHAR[];
ALTER TABLE assignment ADD COLUMN sequence VARCHAR;
ALTER TABLE assignment ADD COLUMN explored BOOLEAN;
ALTER TABLE assignment ADD COLUMN propensity DOUBLE;
COMMENT ON COLUMN assignment.fallback IS 'Channels that come next, in order, in later waves where this one turns out not to reach the person.';
COMMENT ON COLUMN assignment.sequence IS 'Channels of the person over the waves to the public, joined by >; - where a wave brings nothing.';
COMMENT ON COLUMN assignment.explored IS 'The sequence was drawn at random among those the person may have, to learn from.';
COMMENT ON COLUMN assignment.propensity IS 'Probability, before the draw, that a person of this cell would get this sequence; 0 to 1.';

CREATE TABLE plan_choice (
    run VARCHAR, segment VARCHAR, sequence VARCHAR, persons BIGINT, effect DOUBLE, budget_charge DOUBLE,
    carbon_charge DOUBLE, capacity_charge DOUBLE, setup_charge DOUBLE, equity_credit DOUBLE, net DOUBLE,
    second VARCHAR, second_net DOUBLE
);
COMMENT ON TABLE plan_choice IS 'One row per run, segment and sequence of channels: why it was chosen, and what came second.';
COMMENT ON COLUMN plan_choice.run IS 'The run.';
COMMENT ON COLUMN plan_choice.segment IS 'Segment.';
COMMENT ON COLUMN plan_choice.sequence IS 'Channels over the waves to the public, joined by >; - where a wave brings nothing.';
COMMENT ON COLUMN plan_choice.persons IS 'Persons who get it in the optimum, without those who explore.';
COMMENT ON COLUMN plan_choice.effect IS 'Persons who act because of it, per 1,000 who get it.';
COMMENT ON COLUMN plan_choice.budget_charge IS 'Persons per 1,000 that its kronor would have moved elsewhere.';
COMMENT ON COLUMN plan_choice.carbon_charge IS 'Persons per 1,000 that its carbon dioxide would have moved elsewhere.';
COMMENT ON COLUMN plan_choice.capacity_charge IS 'Persons per 1,000 that its place in a full channel would have moved elsewhere.';
COMMENT ON COLUMN plan_choice.setup_charge IS 'Persons per 1,000 that it must carry of set-ups that limit it.';
COMMENT ON COLUMN plan_choice.equity_credit IS 'Persons per 1,000 that it is worth beside its effect, because it helps to keep a floor.';
COMMENT ON COLUMN plan_choice.net IS 'Effect less charges plus credit; the greatest net of the segment is chosen.';
COMMENT ON COLUMN plan_choice.second IS 'Best sequence of other channels; empty where leaving the segment alone is next.';
COMMENT ON COLUMN plan_choice.second_net IS 'Net of the second; 0 for leaving the segment alone.';

CREATE TABLE plan_price (
    run VARCHAR, ceiling VARCHAR, amount DOUBLE, used DOUBLE, gain DOUBLE, low DOUBLE, high DOUBLE
);
COMMENT ON TABLE plan_price IS 'One row per run and ceiling of the plan to the public: what one more of it would buy.';
COMMENT ON COLUMN plan_price.run IS 'The run.';
COMMENT ON COLUMN plan_price.ceiling IS 'budget (kronor), carbon (kilograms) or capacity:WAVE:CHANNEL (messages).';
COMMENT ON COLUMN plan_price.amount IS 'The ceiling as it stands.';
COMMENT ON COLUMN plan_price.used IS 'How much of it the plan uses.';
COMMENT ON COLUMN plan_price.gain IS 'Persons more who would act for one more of it; 0 where the ceiling does not bind.';
COMMENT ON COLUMN plan_price.low IS 'Least amount from which the gain holds within half a per cent.';
COMMENT ON COLUMN plan_price.high IS 'Greatest amount up to which the gain holds within half a per cent.';

CREATE TABLE plan_floor (
    run VARCHAR, floor_group VARCHAR, share DOUBLE, addressable BIGINT, reached BIGINT, cost DOUBLE
);
COMMENT ON TABLE plan_floor IS 'One row per run and group whose reach has a floor.';
COMMENT ON COLUMN plan_floor.run IS 'The run.';
COMMENT ON COLUMN plan_floor.floor_group IS 'Group as the brief names it, column=value.';
COMMENT ON COLUMN plan_floor.share IS 'Least share to reach, 0 to 1.';
COMMENT ON COLUMN plan_floor.addressable IS 'Persons of the group whom some channel reaches; null below 10.';
COMMENT ON COLUMN plan_floor.reached IS 'Persons of the group who get a message; null where fewer than 10 do or do not.';
COMMENT ON COLUMN plan_floor.cost IS 'Persons more who would act without this floor.';

CREATE TABLE plan_fairness (run VARCHAR, share DOUBLE, effect DOUBLE, most DOUBLE);
COMMENT ON TABLE plan_fairness IS 'One row per run and level of the price-of-fairness curve.';
COMMENT ON COLUMN plan_fairness.run IS 'The run.';
COMMENT ON COLUMN plan_fairness.share IS 'Share that every group must be reached to at least, 0 to 1.';
COMMENT ON COLUMN plan_fairness.effect IS 'Persons who would act; null where the limits do not allow this level.';
COMMENT ON COLUMN plan_fairness.most IS 'Greatest share that the limits allow, where they do not allow this level.';

CREATE TABLE plan_rule (run VARCHAR, rule VARCHAR, effect DOUBLE, cost_sek DOUBLE, co2_kg DOUBLE, lowest_reach DOUBLE);
COMMENT ON TABLE plan_rule IS 'One row per run and way of planning: the plan, and what simpler rules would have given.';
COMMENT ON COLUMN plan_rule.run IS 'The run.';
COMMENT ON COLUMN plan_rule.rule IS 'optimum, one_channel, cheapest_first or swapping_greedy.';
COMMENT ON COLUMN plan_rule.effect IS 'Persons who are expected to act.';
COMMENT ON COLUMN plan_rule.cost_sek IS 'Cost, kronor.';
COMMENT ON COLUMN plan_rule.co2_kg IS 'Carbon dioxide equivalents, kilograms.';
COMMENT ON COLUMN plan_rule.lowest_reach IS 'Share reached of the group that is reached least.';

CREATE TABLE diversion (
    run VARCHAR, wave VARCHAR, person_key VARCHAR, failed VARCHAR, channel VARCHAR, variant VARCHAR, message_id VARCHAR,
    cost_sek DOUBLE, co2_kg DOUBLE
);
COMMENT ON TABLE diversion IS 'One row per run, wave and person moved to the next channel because an earlier wave did not reach them.';
COMMENT ON COLUMN diversion.run IS 'The run.';
COMMENT ON COLUMN diversion.wave IS 'Wave in which the other channel is used.';
COMMENT ON COLUMN diversion.person_key IS 'Pseudonym of the person.';
COMMENT ON COLUMN diversion.failed IS 'Channel that did not reach the person.';
COMMENT ON COLUMN diversion.channel IS 'Channel used instead.';
COMMENT ON COLUMN diversion.variant IS 'Variant the person gets.';
COMMENT ON COLUMN diversion.message_id IS 'Message that reaches the person.';
COMMENT ON COLUMN diversion.cost_sek IS 'Share of the message''s cost, kronor.';
COMMENT ON COLUMN diversion.co2_kg IS 'Share of the message''s carbon dioxide, kilograms.';
