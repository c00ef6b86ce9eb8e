-- A lesson is told to every reader in the reader's own language, whichever the evaluation ran in.
ALTER TABLE lesson ADD COLUMN words MAP(VARCHAR, VARCHAR);
COMMENT ON COLUMN lesson.words IS 'The lesson by language of the readers, sv and en; null where it was drawn before these were kept.';
