-- Reads report_feedback. Grain: one row where anything has been told back: when first, how many contributed (null
-- below ten or where not told), whether it changed the decision, and what was told last.
SELECT told_on, contributions, changed_decision, "text"
FROM report_feedback
WHERE run = $run AND told_on IS NOT NULL
