-- Reads report_feedback, report_campaign, report_period. Grain: one row per run that started in the period, or whose
-- promise fell due in it.
SELECT report_feedback.*, report_campaign.body
FROM report_feedback
INNER JOIN report_campaign ON report_feedback.run = report_campaign.run
INNER JOIN report_period
    ON report_campaign.started_on BETWEEN report_period.first_day AND report_period.last_day
    OR report_feedback.promised_by BETWEEN report_period.first_day AND report_period.last_day
ORDER BY
    list_position(['overdue', 'late', 'open', 'kept'], report_feedback.standing), report_feedback.promised_by,
    report_feedback.run
