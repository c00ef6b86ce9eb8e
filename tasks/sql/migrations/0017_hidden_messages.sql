-- The messages that a channel carries over the waves may tell a small group too.
COMMENT ON COLUMN hidden_figure.figure IS 'channel, segment (of a channel), persons (a standing, or a sum of them, in status) or messages (of a channel over the waves, or all).';
