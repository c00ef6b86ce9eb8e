-- Reads lesson, run. Grain: one row per lesson of the newest look of the named runs, the newest run first, $most at most, in
-- the reader's $language where it is kept.
WITH newest AS (
    SELECT run, max(look) AS look
    FROM lesson
    WHERE list_contains($runs::VARCHAR[], run)
    GROUP BY run
)
SELECT run.brief ->> 'title' AS title, coalesce(lesson.words[$language], lesson.lesson) AS lesson
FROM lesson
INNER JOIN newest ON lesson.run = newest.run AND lesson.look = newest.look
INNER JOIN run ON lesson.run = run.run
ORDER BY lesson.drawn_at DESC, lesson.rowid
LIMIT $most
