-- What the programme's follow-up shows; each view names its grain. Counts of persons below 10, and what would give one
-- away, are null, and the others are told in tens, so that no two of these figures differ by a small group.
-- Views about a period follow the variables period_first and period_last (SET VARIABLE period_first = DATE '2026-09-01').

-- One row: the period that report_goal, report_body, report_challenge, report_gate_use and report_group_reach are about.
CREATE OR REPLACE VIEW report_period AS
SELECT
    coalesce(getvariable('period_first')::DATE, DATE '1900-01-01') AS first_day,
    coalesce(getvariable('period_last')::DATE, DATE '2200-12-31') AS last_day;

-- One row per run and person outside the control group whom a public wave was meant for, and whether a message came.
CREATE OR REPLACE VIEW meant_person AS
SELECT
    audience.run, audience.person_key, any_value(audience.kind) AS kind,
    bool_or(reached.message_id IS NOT NULL) AS reached
FROM audience
LEFT JOIN final_assignment
    ON audience.run = final_assignment.run AND audience.wave = final_assignment.wave
    AND audience.person_key = final_assignment.person_key
LEFT JOIN reached_message AS reached
    ON final_assignment.run = reached.run AND final_assignment.message_id = reached.message_id
WHERE
    audience.kind <> 'employees'
    AND (
        audience.arm IN ('treated', 'later')
        OR (audience.arm IS NULL AND coalesce(audience.excluded_reason IN ('unreachable', 'over_budget'), true))
    )
GROUP BY audience.run, audience.person_key;

-- One row per run: the promise of its brief to tell back, and the first time that it was kept.
CREATE OR REPLACE VIEW report_feedback AS
SELECT
    run.run, run.title, (run.brief ->> '$.feedback_by')::DATE AS promised_by, told.told_on,
    CASE
        WHEN told.told_on <= promised_by THEN 'kept'
        WHEN told.told_on IS NOT NULL THEN 'late'
        WHEN promised_by < timezone('Europe/Stockholm', now())::DATE THEN 'overdue'
        ELSE 'open'
    END AS standing,
    greatest(0, coalesce(told.told_on, timezone('Europe/Stockholm', now())::DATE) - promised_by) AS days_late,
    CASE WHEN told.contributions >= 10 THEN told.contributions END AS contributions,
    told.changed_decision, told.text
FROM run
LEFT JOIN (
    SELECT
        run, min(told_on) AS told_on, arg_max(text, number) AS text,
        max(contributions) AS contributions, bool_or(changed_decision) AS changed_decision
    FROM feedback
    GROUP BY run
) AS told
    ON run.run = told.run
WHERE run.state IN ('publishing', 'paused', 'published', 'evaluating', 'closed', 'stopped');

-- One row per run, look and evaluation of it, newest last, with the figures for everybody. Of one before the day of its
-- look nobody can say whether the goal is reached: no table counts it.
CREATE OR REPLACE VIEW report_evaluation AS
SELECT
    run, look, evaluated_at,
    coalesce((answer ->> '$.early')::BOOLEAN, false) AS early,
    row_number() OVER newest = 1 AND NOT early AS counts,
    CASE WHEN NOT early THEN (answer ->> '$.objective.achieved')::BOOLEAN END AS goal_reached,
    -- Where the control group had been told too nothing was compared, and the look before tells the effect.
    CASE WHEN NOT contains(coalesce(answer ->> '$.doubts', ''), 'all_are_told') THEN answer ->> '$.arms[0].verdict' END
        AS verdict
FROM evaluation_history
WINDOW newest AS (PARTITION BY run, look ORDER BY evaluated_at DESC)
ORDER BY run, look, evaluated_at;

-- One row per lesson of a run's newest look.
CREATE OR REPLACE VIEW report_lesson AS
SELECT run, look, lesson, words, drawn_at
FROM lesson
QUALIFY look = max(look) OVER (PARTITION BY run)
ORDER BY run, lesson.rowid;

-- One row per run and warning that its brief motivates.
CREATE OR REPLACE VIEW report_override AS
SELECT run, unnested ->> '$.gate' AS gate, unnested ->> '$.reason' AS reason
FROM (SELECT run, unnest(from_json(brief -> '$.overrides', '["JSON"]')) AS unnested FROM run);

-- One row per run: who it is of, what it serves, how far it has come, what it showed.
CREATE OR REPLACE VIEW report_campaign AS
WITH newest AS (
    SELECT
        run, arg_max(verdict, look) AS verdict, arg_max(goal_reached, look) AS goal_reached,
        max(look) FILTER (WHERE verdict IS NOT NULL) AS look
    FROM report_evaluation
    WHERE counts
    GROUP BY run
),

looks AS (
    SELECT
        run, count(*) AS looks, count(*) FILTER (WHERE state = 'done') AS looks_done,
        count(*) FILTER (WHERE state <> 'done' AND due_at < now()) AS looks_overdue
    FROM look
    GROUP BY run
),

approved AS (
    SELECT run, round(date_diff('minute', min(requested_at), max(approved_at)) / 60, 1) AS approval_hours
    FROM approval
    WHERE approved_at IS NOT NULL
    GROUP BY run
),

overridden AS (
    SELECT run, count(*) AS overrides FROM report_override GROUP BY run
),

reach AS (
    SELECT run, count(*) FILTER (WHERE reached) AS reached, count(*) FILTER (WHERE NOT reached) AS missed
    FROM meant_person
    GROUP BY run
)

SELECT
    run.run, run.title, run.brief ->> '$.goal' AS goal,
    coalesce(programme_body.body, run.brief ->> '$.sender.body') AS body,
    run.brief ->> '$.sender.body' AS sender,
    from_json(run.brief -> '$.challenges', '["VARCHAR"]') AS challenges,
    timezone('Europe/Stockholm', (run.brief ->> '$.schedule.start')::TIMESTAMPTZ)::DATE AS started_on,
    year(started_on) || '-T' || ((month(started_on) - 1) // 4 + 1) AS tertial,
    run.state,
    run.state IN ('publishing', 'paused', 'published', 'evaluating', 'closed', 'stopped') AS is_sent,
    (run.brief ->> '$.budget.sek')::DOUBLE AS budget_sek,
    CASE WHEN reach.reached >= 10 AND reach.missed >= 10 THEN round(reach.reached + reach.missed, -1)::BIGINT END
        AS persons_meant,
    CASE WHEN reach.reached >= 10 AND reach.missed >= 10 THEN round(reach.reached, -1)::BIGINT END AS persons_reached,
    coalesce(looks.looks, 0) AS looks, coalesce(looks.looks_done, 0) AS looks_done,
    coalesce(looks.looks_overdue, 0) AS looks_overdue,
    newest.verdict, newest.goal_reached,
    report_effect.estimate, report_effect.ci_low, report_effect.ci_high,
    report_feedback.promised_by, report_feedback.told_on, report_feedback.standing AS feedback,
    coalesce(overridden.overrides, 0) AS overrides, approved.approval_hours
FROM run
LEFT JOIN programme_body ON run.brief ->> '$.sender.body' IN (programme_body.body, programme_body.department)
LEFT JOIN looks ON run.run = looks.run
LEFT JOIN newest ON run.run = newest.run
LEFT JOIN report_effect
    ON newest.run = report_effect.run AND newest.look = report_effect.look
    AND report_effect.segment = 'all' AND report_effect.arm = 'treated'
    AND report_effect.outcome = run.brief ->> '$.objective.outcome'
LEFT JOIN report_feedback ON run.run = report_feedback.run
LEFT JOIN overridden ON run.run = overridden.run
LEFT JOIN approved ON run.run = approved.run
LEFT JOIN reach ON run.run = reach.run;

-- One row per run that started in the period: what the views below count.
CREATE OR REPLACE VIEW report_period_campaign AS
SELECT report_campaign.*
FROM report_campaign
INNER JOIN report_period ON report_campaign.started_on BETWEEN report_period.first_day AND report_period.last_day;

-- One row per goal of the programme, also those that no campaign serves in the period.
CREATE OR REPLACE VIEW report_goal AS
SELECT
    programme_goal.goal, count(run) AS campaigns, count(run) FILTER (WHERE is_sent) AS sent,
    count(run) FILTER (WHERE looks_done > 0) AS evaluated, count(run) FILTER (WHERE goal_reached) AS goal_reached,
    count(run) FILTER (WHERE verdict = 'better') AS effect_shown,
    count(run) FILTER (WHERE looks_overdue > 0) AS evaluation_overdue,
    count(run) FILTER (WHERE feedback = 'kept') AS feedback_kept,
    count(run) FILTER (WHERE feedback = 'late') AS feedback_late,
    count(run) FILTER (WHERE feedback = 'overdue') AS feedback_overdue,
    count(run) FILTER (WHERE feedback = 'open') AS feedback_open,
    coalesce(sum(overrides), 0)::BIGINT AS overrides, median(approval_hours) AS approval_hours
FROM programme_goal
LEFT JOIN report_period_campaign ON programme_goal.goal = report_period_campaign.goal
GROUP BY programme_goal.goal
ORDER BY programme_goal.goal;

-- One row per committee and company, also those without a campaign in the period; senders that the programme does not
-- know come last.
CREATE OR REPLACE VIEW report_body AS
SELECT
    coalesce(programme_body.body, report_period_campaign.body) AS body, programme_body.department,
    coalesce(programme_body.kind, 'unknown') AS kind,
    count(run) AS campaigns, count(run) FILTER (WHERE is_sent) AS sent,
    count(run) FILTER (WHERE looks_done > 0) AS evaluated, count(run) FILTER (WHERE goal_reached) AS goal_reached,
    count(run) FILTER (WHERE feedback IN ('late', 'overdue')) AS feedback_not_on_time,
    list_sort(list(DISTINCT goal) FILTER (WHERE goal IS NOT NULL)) AS goals
FROM programme_body
FULL JOIN report_period_campaign ON programme_body.body = report_period_campaign.body
GROUP BY ALL
ORDER BY 3, 1;

-- One row per challenge of the city, also those that no campaign serves in the period.
CREATE OR REPLACE VIEW report_challenge AS
SELECT programme_challenge.challenge, count(run) AS campaigns, count(run) FILTER (WHERE goal_reached) AS goal_reached
FROM programme_challenge
LEFT JOIN report_period_campaign ON list_contains(report_period_campaign.challenges, programme_challenge.challenge)
GROUP BY programme_challenge.challenge
ORDER BY programme_challenge.challenge;

-- One row per gate that found something, or that a brief overrode, in a campaign of the period.
CREATE OR REPLACE VIEW report_gate_use AS
WITH found AS (
    SELECT check_result.run, check_result.check_name AS gate
    FROM check_result
    WHERE check_result.suite = 'gates' AND NOT check_result.success
),

used AS (
    FROM found
    UNION
    SELECT run, gate FROM report_override
)

SELECT
    used.gate, any_value(told.requirement) AS requirement, any_value(told.kind) AS kind,
    count(DISTINCT used.run) AS campaigns, count(DISTINCT report_override.run) AS overridden
FROM used
SEMI JOIN report_period_campaign ON used.run = report_period_campaign.run
LEFT JOIN report_override ON used.run = report_override.run AND used.gate = report_override.gate
LEFT JOIN (SELECT DISTINCT check_name, requirement, kind FROM check_result WHERE suite = 'gates') AS told
    ON used.gate = told.check_name
GROUP BY used.gate
ORDER BY campaigns DESC, used.gate;

-- One row per year, dimension and group: whom the year's campaigns were meant for, each person counted once however many
-- campaigns met them, and how many got at least one message. Hidden as tasks.disclosure tells (zero counts as few):
-- groups below ten in either, with the first other group where it takes that to leave them open, or else all.
CREATE OR REPLACE VIEW report_group_reach AS
WITH met AS (
    SELECT
        year(report_campaign.started_on) AS "year", meant_person.person_key, any_value(meant_person.kind) AS kind,
        bool_or(meant_person.reached) AS reached
    FROM meant_person
    INNER JOIN report_campaign ON meant_person.run = report_campaign.run AND report_campaign.is_sent
    CROSS JOIN report_period
    WHERE
        getvariable('period_last') IS NULL
        OR (year(report_campaign.started_on) = year(report_period.last_day)
            AND report_campaign.started_on <= report_period.last_day)
    GROUP BY ALL
),

person_met AS (
    SELECT
        met.year, met.reached,
        [
            ['everybody', 'all'],
            ['language', coalesce(person.language, 'unknown')],
            ['district', coalesce(person.district, 'unknown')],
            ['easy_read', coalesce(CASE WHEN person.easy_read THEN 'easy_read' ELSE 'other' END, 'unknown')],
            ['age', CASE
                WHEN person.birth_year IS NULL THEN 'unknown'
                WHEN met.year - person.birth_year < 18 THEN '0-17'
                WHEN met.year - person.birth_year < 30 THEN '18-29'
                WHEN met.year - person.birth_year < 65 THEN '30-64'
                WHEN met.year - person.birth_year < 80 THEN '65-79'
                ELSE '80+'
            END]
        ] AS groups
    FROM met
    LEFT JOIN person ON met.kind = person.kind AND met.person_key = person.person_key
),

counted AS (
    SELECT "year", "group"[1] AS dimension, "group"[2] AS "value", reached, missed
    FROM (
        SELECT "year", "group", count(*) FILTER (WHERE reached) AS reached, count(*) FILTER (WHERE NOT reached) AS missed
        FROM (SELECT "year", reached, unnest(groups) AS "group" FROM person_met)
        GROUP BY ALL
    )
),

judged AS (
    SELECT
        *, least(reached, missed) < 10 AS is_small,
        CASE WHEN reached >= 10 THEN reached - 10 ELSE reached END AS slack_reached,
        CASE WHEN missed >= 10 THEN missed - 10 ELSE missed END AS slack_missed
    FROM counted
),

alone AS (
    SELECT
        *,
        count(*) FILTER (WHERE is_small) OVER whole = 0 OR (
            count(*) FILTER (WHERE is_small) OVER whole > 1
            AND (min(reached) FILTER (WHERE is_small) OVER whole >= 10 OR (
                max(reached) FILTER (WHERE is_small) OVER whole >= 10
                AND sum(slack_reached) FILTER (WHERE is_small) OVER whole >= 10))
            AND (min(missed) FILTER (WHERE is_small) OVER whole >= 10 OR (
                max(missed) FILTER (WHERE is_small) OVER whole >= 10
                AND sum(slack_missed) FILTER (WHERE is_small) OVER whole >= 10))
        ) AS are_guarded,
        is_small OR row_number() OVER (PARTITION BY "year", dimension, is_small ORDER BY "value") = 1 AS is_in
    FROM judged
    WINDOW whole AS (PARTITION BY "year", dimension)
),

with_guard AS (
    SELECT
        *,
        count(*) FILTER (WHERE is_in) OVER whole > 1
        AND (min(reached) FILTER (WHERE is_small) OVER whole >= 10 OR (
            max(reached) FILTER (WHERE is_in) OVER whole >= 10
            AND sum(slack_reached) FILTER (WHERE is_in) OVER whole >= 10))
        AND (min(missed) FILTER (WHERE is_small) OVER whole >= 10 OR (
            max(missed) FILTER (WHERE is_in) OVER whole >= 10
            AND sum(slack_missed) FILTER (WHERE is_in) OVER whole >= 10)) AS are_guarded_so
    FROM alone
    WINDOW whole AS (PARTITION BY "year", dimension)
)

SELECT
    "year", dimension, "value",
    CASE WHEN is_shown THEN round(reached, -1)::BIGINT + round(missed, -1)::BIGINT END AS persons,
    CASE WHEN is_shown THEN round(reached, -1)::BIGINT END AS reached,
    CASE WHEN is_shown THEN round(missed, -1)::BIGINT END AS missed
FROM (
    SELECT *, NOT is_small AND (are_guarded OR (NOT is_in AND are_guarded_so)) AS is_shown FROM with_guard
)
ORDER BY "year", dimension, "value";

COMMENT ON VIEW report_period IS 'One row: the period that the views about a period follow, as the variables period_first and period_last say; everything where they are not set.';
COMMENT ON COLUMN report_period.first_day IS 'First day.';
COMMENT ON COLUMN report_period.last_day IS 'Last day.';
COMMENT ON VIEW meant_person IS 'One row per run and person outside the control group whom a wave to the public was meant for.';
COMMENT ON COLUMN meant_person.kind IS 'Register that gave the person.';
COMMENT ON COLUMN meant_person.reached IS 'A message to the person was accepted and did not bounce.';
COMMENT ON VIEW report_feedback IS 'One row per run that has been sent: the promise to tell back what was heard and decided, and how it was kept (P4c).';
COMMENT ON COLUMN report_feedback.promised_by IS 'Last day that the brief promised it for.';
COMMENT ON COLUMN report_feedback.told_on IS 'Day on which people were first told; null while they are not.';
COMMENT ON COLUMN report_feedback.standing IS 'kept, late, open, or overdue.';
COMMENT ON COLUMN report_feedback.days_late IS 'Days after the promised day, until told or today; 0 where it is not late.';
COMMENT ON COLUMN report_feedback.contributions IS 'How many contributed; null below 10 or where not told.';
COMMENT ON COLUMN report_feedback.text IS 'What was told last; null while nothing is.';
COMMENT ON VIEW report_evaluation IS 'One row per evaluation of a run''s look that said something new; reruns replace, and stay here.';
COMMENT ON COLUMN report_evaluation.counts IS 'It is the newest of the look, and not early: the one that counts.';
COMMENT ON COLUMN report_evaluation.early IS 'It was made before the day of the look, which is evaluated again then.';
COMMENT ON COLUMN report_evaluation.goal_reached IS 'The objective''s target was reached; null where early.';
COMMENT ON COLUMN report_evaluation.verdict IS 'better, worse or not_shown.';
COMMENT ON VIEW report_lesson IS 'One row per lesson of a run''s newest look.';
COMMENT ON VIEW report_override IS 'One row per run and warning that its brief motivates.';
COMMENT ON COLUMN report_override.gate IS 'The gate that warned.';
COMMENT ON COLUMN report_override.reason IS 'The motivation.';
COMMENT ON VIEW report_campaign IS 'One row per run: whose it is, what it serves, how far it has come and what it showed.';
COMMENT ON COLUMN report_campaign.goal IS 'Goal of the programme that the brief names.';
COMMENT ON COLUMN report_campaign.body IS 'Committee or company; the sender as written where the programme does not know it.';
COMMENT ON COLUMN report_campaign.sender IS 'Sender as the brief writes it.';
COMMENT ON COLUMN report_campaign.challenges IS 'Challenges of the city that it serves.';
COMMENT ON COLUMN report_campaign.started_on IS 'First day, Stockholm time; it decides which period the campaign belongs to.';
COMMENT ON COLUMN report_campaign.tertial IS 'Four-month period of the first day, such as 2026-T3.';
COMMENT ON COLUMN report_campaign.is_sent IS 'Sending has begun.';
COMMENT ON COLUMN report_campaign.budget_sek IS 'Ceiling of the brief, kronor.';
COMMENT ON COLUMN report_campaign.persons_meant IS 'Persons outside the control group that it was meant for, in tens; null where fewer than 10 were reached or missed.';
COMMENT ON COLUMN report_campaign.persons_reached IS 'Of them, those who got a message, in tens; null likewise.';
COMMENT ON COLUMN report_campaign.looks IS 'Planned evaluations.';
COMMENT ON COLUMN report_campaign.looks_done IS 'Of them, those that are done.';
COMMENT ON COLUMN report_campaign.looks_overdue IS 'Of them, those whose time has come and that are not done.';
COMMENT ON COLUMN report_campaign.verdict IS 'better, worse or not_shown at the newest look whose day has been evaluated; null before.';
COMMENT ON COLUMN report_campaign.goal_reached IS 'The objective''s target was reached at that look; null before.';
COMMENT ON COLUMN report_campaign.estimate IS 'Effect for everybody at the newest look, in the unit of the outcome; null where it may not be shown.';
COMMENT ON COLUMN report_campaign.feedback IS 'kept, late, open or overdue; null before anything is sent.';
COMMENT ON COLUMN report_campaign.overrides IS 'Warnings that the brief motivates.';
COMMENT ON COLUMN report_campaign.approval_hours IS 'Hours from the first request for approval to the last approval.';
COMMENT ON VIEW report_period_campaign IS 'report_campaign of the period: those whose first day lies in it.';
COMMENT ON VIEW report_goal IS 'One row per goal of the programme: its campaigns of the period.';
COMMENT ON COLUMN report_goal.campaigns IS 'Campaigns that start in the period.';
COMMENT ON COLUMN report_goal.sent IS 'Of them, those whose sending has begun.';
COMMENT ON COLUMN report_goal.evaluated IS 'Of them, those with an evaluation done.';
COMMENT ON COLUMN report_goal.goal_reached IS 'Of them, those whose target was reached.';
COMMENT ON COLUMN report_goal.effect_shown IS 'Of them, those that are shown to have made things better.';
COMMENT ON COLUMN report_goal.evaluation_overdue IS 'Of them, those with an evaluation whose time has come and that is not done.';
COMMENT ON COLUMN report_goal.feedback_kept IS 'Of them, those that told back in time.';
COMMENT ON COLUMN report_goal.feedback_late IS 'Of them, those that told back too late.';
COMMENT ON COLUMN report_goal.feedback_overdue IS 'Of them, those that have not told back though the day is past.';
COMMENT ON COLUMN report_goal.feedback_open IS 'Of them, those whose day is still to come.';
COMMENT ON COLUMN report_goal.overrides IS 'Warnings that their briefs motivate.';
COMMENT ON COLUMN report_goal.approval_hours IS 'Median hours from request to approval.';
COMMENT ON VIEW report_body IS 'One row per committee and company, also those without a campaign in the period.';
COMMENT ON COLUMN report_body.body IS 'Name of the committee or company.';
COMMENT ON COLUMN report_body.kind IS 'committee, company, or unknown where the programme does not know the sender.';
COMMENT ON COLUMN report_body.feedback_not_on_time IS 'Campaigns that told back too late, or not yet though the day is past.';
COMMENT ON COLUMN report_body.goals IS 'Goals that its campaigns serve.';
COMMENT ON VIEW report_challenge IS 'One row per challenge of the city: the campaigns of the period that serve it.';
COMMENT ON VIEW report_gate_use IS 'One row per gate that found something, or that a brief overrode, in a campaign of the period.';
COMMENT ON COLUMN report_gate_use.requirement IS 'Requirement of the programme; null where only a brief''s override names the gate.';
COMMENT ON COLUMN report_gate_use.kind IS 'B, W or H; null likewise.';
COMMENT ON COLUMN report_gate_use.campaigns IS 'Campaigns in which it found something or was overridden.';
COMMENT ON COLUMN report_gate_use.overridden IS 'Of them, those whose brief gives a motivation.';
COMMENT ON VIEW report_group_reach IS 'One row per year, dimension and group of the public: whom the year''s campaigns were meant for, each person once, and who got a message; counts in tens, few hidden. In a period, its year up to its last day.';
COMMENT ON COLUMN report_group_reach."year" IS 'Calendar year of the campaigns'' first days.';
COMMENT ON COLUMN report_group_reach.dimension IS 'everybody, language, district, easy_read or age.';
COMMENT ON COLUMN report_group_reach."value" IS 'The group; unknown where the register does not say.';
COMMENT ON COLUMN report_group_reach.persons IS 'Persons, in tens; null where hidden.';
COMMENT ON COLUMN report_group_reach.reached IS 'Persons who got at least one message, in tens; null where hidden.';
COMMENT ON COLUMN report_group_reach.missed IS 'Persons who got none, in tens; null where hidden.';
