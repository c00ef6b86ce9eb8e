-- Reads report_lesson, report_period_campaign. Grain: one row per lesson of the newest look of a run of the period, in the
-- language that the variable reader_language names, where it is kept.
SELECT
    report_lesson.run, report_period_campaign.title, report_lesson.look,
    coalesce(report_lesson.words[getvariable('reader_language')], report_lesson.lesson) AS lesson
FROM report_lesson
INNER JOIN report_period_campaign ON report_lesson.run = report_period_campaign.run
ORDER BY report_lesson.run, report_lesson.drawn_at, report_lesson.lesson
