-- Reads report_override, report_period_campaign. Grain: one row per warning that a brief of the period motivates.
SELECT report_override.run, report_period_campaign.title, report_override.gate, report_override.reason
FROM report_override
INNER JOIN report_period_campaign ON report_override.run = report_period_campaign.run
ORDER BY report_override.run, report_override.gate
