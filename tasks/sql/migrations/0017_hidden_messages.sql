-- The messages that a channel carries over the waves may tell a small group too; 0016 is another change of the same day.
COMMENT ON COLUMN hidden_figure.figure IS 'channel, segment (of a channel), persons (a standing, or a sum of them, in status) or messages (of a channel over the waves, or all).';
