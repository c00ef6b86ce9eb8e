-- Counts that stay hidden because, beside the others that are published, they would give a small group away.

CREATE TABLE hidden_figure (run VARCHAR, wave VARCHAR, figure VARCHAR, name VARCHAR);
COMMENT ON TABLE hidden_figure IS 'One row per run, wave and count of the plan that no page, mail or view shows, because it would tell of fewer than 10 persons beside those that show.';
COMMENT ON COLUMN hidden_figure.run IS 'The run.';
COMMENT ON COLUMN hidden_figure.wave IS 'The wave; empty for a sum over the waves.';
COMMENT ON COLUMN hidden_figure.figure IS 'channel, segment (of a channel) or persons (a standing, or a sum of them, in status).';
COMMENT ON COLUMN hidden_figure.name IS 'Name of the channel, channel and segment with a space between, or name of the standing or sum.';
COMMENT ON COLUMN plan_floor.addressable IS 'Persons of the group whom some channel reaches; null from 1 to 9, 0 where nobody belongs to it.';
