-- Which texts hold the words of another file, such as an employee's story, whose consent can be withdrawn.
ALTER TABLE variant ADD COLUMN parts VARCHAR[];
COMMENT ON COLUMN variant.parts IS 'Other files of the campaign whose words stand in the text, such as an employee''s story; null before they were kept.';
