-- The programme's follow-up: promised feedback, evaluations that were replaced, the programme's bodies and goals, and
-- which text the views were made from.

CREATE TABLE schema_view (sha256 VARCHAR);
COMMENT ON TABLE schema_view IS 'One row: which text the views and the programme''s rows were last made from.';
COMMENT ON COLUMN schema_view.sha256 IS 'SHA-256 of that text, hexadecimal; where the text is another, they are made anew.';

CREATE TABLE programme_goal (goal VARCHAR, sv VARCHAR, en VARCHAR);
COMMENT ON TABLE programme_goal IS 'One row per goal of the communication programme.';
COMMENT ON COLUMN programme_goal.goal IS 'Id, such as G1.';
COMMENT ON COLUMN programme_goal.sv IS 'The goal in Swedish.';
COMMENT ON COLUMN programme_goal.en IS 'The goal in English.';

CREATE TABLE programme_challenge (challenge VARCHAR, sv VARCHAR, en VARCHAR);
COMMENT ON TABLE programme_challenge IS 'One row per challenge of the city that a campaign may serve.';
COMMENT ON COLUMN programme_challenge.challenge IS 'Id, as in the brief.';
COMMENT ON COLUMN programme_challenge.sv IS 'The challenge in Swedish.';
COMMENT ON COLUMN programme_challenge.en IS 'The challenge in English.';

CREATE TABLE programme_body (body VARCHAR, department VARCHAR, kind VARCHAR);
COMMENT ON TABLE programme_body IS 'One row per committee and company of the city.';
COMMENT ON COLUMN programme_body.body IS 'Name of the committee or company.';
COMMENT ON COLUMN programme_body.department IS 'Department of the committee; null for a company.';
COMMENT ON COLUMN programme_body.kind IS 'committee or company.';

CREATE TABLE feedback (
    run VARCHAR, number SMALLINT, told_on DATE, promised_by DATE, text VARCHAR, text_sha256 VARCHAR,
    contributions INTEGER, changed_decision BOOLEAN, recorded_at TIMESTAMPTZ
);
COMMENT ON TABLE feedback IS 'One row per time that a campaign told back what it heard and what was decided (P4c).';
COMMENT ON COLUMN feedback.run IS 'The run.';
COMMENT ON COLUMN feedback.number IS 'Number of the feedback of the run, from 1; the first keeps the promise.';
COMMENT ON COLUMN feedback.told_on IS 'Day on which those who were asked were told.';
COMMENT ON COLUMN feedback.promised_by IS 'Last day that the brief promised it for.';
COMMENT ON COLUMN feedback.text IS 'What was told, as it was published.';
COMMENT ON COLUMN feedback.text_sha256 IS 'SHA-256 of the text, hexadecimal; stands in the decision log too.';
COMMENT ON COLUMN feedback.contributions IS 'How many contributed; null where not told. Private below 10: report_feedback hides it.';
COMMENT ON COLUMN feedback.changed_decision IS 'What was heard changed the decision; null where not told.';
COMMENT ON COLUMN feedback.recorded_at IS 'When it was recorded here.';

CREATE TABLE evaluation_history (run VARCHAR, look SMALLINT, evaluated_at TIMESTAMPTZ, answer JSON);
COMMENT ON TABLE evaluation_history IS 'One row per evaluation of a look that said something new; the newest is the one that counts.';
COMMENT ON COLUMN evaluation_history.run IS 'The run.';
COMMENT ON COLUMN evaluation_history.look IS 'Number of the look.';
COMMENT ON COLUMN evaluation_history.evaluated_at IS 'When it was evaluated.';
COMMENT ON COLUMN evaluation_history.answer IS 'What `budkavle evaluate --json` answered, without its time.';
