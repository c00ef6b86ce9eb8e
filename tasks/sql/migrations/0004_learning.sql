-- What campaigns have shown about channels, kept apart from what is believed because of it.

CREATE TABLE response_evidence (
    run VARCHAR, channel VARCHAR, segment VARCHAR, trials DOUBLE, successes DOUBLE, observed_on DATE
);
COMMENT ON TABLE response_evidence IS 'One row per run, channel and segment: what the treated did beyond the holdout, as contacts and successes that weigh as much. Beliefs are pooled from these rows.';
COMMENT ON COLUMN response_evidence.run IS 'Run whose newest look gave it.';
COMMENT ON COLUMN response_evidence.channel IS 'Channel.';
COMMENT ON COLUMN response_evidence.segment IS 'Segment.';
COMMENT ON COLUMN response_evidence.trials IS 'Contacts that the estimate weighs as much as, before any forgetting; a measure of certainty, not a count of persons.';
COMMENT ON COLUMN response_evidence.successes IS 'trials × estimated share who act because of one contact; negative where the treated did less than the holdout.';
COMMENT ON COLUMN response_evidence.observed_on IS 'Newest day of observation; orders campaigns for forgetting.';
