-- Where few acted, effects are told in steps, so that nobody finds how few by trying all counts.
ALTER TABLE effect ADD COLUMN step DOUBLE;
ALTER TABLE effect_group ADD COLUMN step DOUBLE;
ALTER TABLE effect_channel ADD COLUMN step DOUBLE;
COMMENT ON COLUMN effect.step IS 'Reports tell the figures in steps of this, because fewer than ten acted, or did not; 0 as they are, 1 or null not at all.';
COMMENT ON COLUMN effect_group.step IS 'Reports tell the figures in steps of this, because fewer than ten acted, or did not, in a group; 0 as they are, 1 or null not at all.';
COMMENT ON COLUMN effect_channel.step IS 'Reports tell the figures in steps of this, because fewer than ten acted, or did not, in a group; 0 as they are, 1 or null not at all.';
