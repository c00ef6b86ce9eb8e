-- Which points of the letter's checklist an approver has confirmed by approving, each translation with who has read it.
ALTER TABLE approval ADD COLUMN confirmed VARCHAR[];
COMMENT ON COLUMN approval.confirmed IS 'Points that the approver has confirmed by approving: facts, tone, politics, crisis_advice, and translation:LANGUAGE=READER per language but Swedish; null before they were kept.';
