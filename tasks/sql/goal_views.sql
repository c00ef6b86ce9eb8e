-- What the programme measures its goals by, and what its campaigns cost; each view names its grain. Both follow the
-- variables period_first and period_last, as the views in report_views.sql do.

-- One row per run that has been sent: what it cost. What a channel costs once is paid when the channel is started.
CREATE OR REPLACE VIEW report_cost AS
WITH sent AS (
    SELECT
        run, count(messages) = count(*) AS told,
        sum(cost_sek) FILTER (WHERE status IN ('accepted', 'delivered', 'soft_bounce', 'hard_bounce', 'complaint'))
            AS sek,
        sum(co2_kg) FILTER (WHERE status IN ('accepted', 'delivered', 'soft_bounce', 'hard_bounce', 'complaint'))
            AS kg
    FROM report_messages
    GROUP BY run
),

once AS (
    SELECT run, sum(cost_sek) AS sek, sum(co2_kg) AS kg
    FROM plan
    WHERE segment = 'all' AND persons = 0
    GROUP BY run
)

SELECT
    run.run, (run.brief ->> '$.budget.sek')::DOUBLE AS budget_sek,
    CASE WHEN coalesce(sent.told, true) THEN round(coalesce(sent.sek, 0) + coalesce(once.sek, 0)) END AS spent_sek,
    CASE WHEN coalesce(sent.told, true) THEN round(coalesce(sent.kg, 0) + coalesce(once.kg, 0), 1) END AS spent_co2_kg
FROM run
LEFT JOIN sent ON run.run = sent.run
LEFT JOIN once ON run.run = once.run
WHERE run.state IN ('publishing', 'paused', 'published', 'evaluating', 'closed', 'stopped');

-- One row per goal of the programme, also those that no campaign serves in the period: what its campaigns cost.
CREATE OR REPLACE VIEW report_goal_cost AS
SELECT
    programme_goal.goal, count(cost.run) AS sent, sum(cost.budget_sek) AS budget_sek, sum(cost.spent_sek) AS spent_sek,
    sum(cost.spent_co2_kg) AS spent_co2_kg, count(cost.run) - count(cost.spent_sek) AS untold,
    round(
        sum(cost.spent_sek) FILTER (WHERE campaign.persons_reached > 0)
        / sum(campaign.persons_reached) FILTER (WHERE cost.spent_sek IS NOT NULL), 2
    ) AS sek_per_person
FROM programme_goal
LEFT JOIN report_period_campaign AS campaign ON programme_goal.goal = campaign.goal
LEFT JOIN report_cost AS cost ON campaign.run = cost.run
GROUP BY programme_goal.goal
ORDER BY programme_goal.goal;

-- One row per goal and measure that the programme names for it. What campaigns measure themselves is found by the name of
-- the outcome, the objective's or a measure's: the mean of the newest looks that count. Where no campaign tells, value is null.
CREATE OR REPLACE VIEW report_measure AS
WITH named AS (
    SELECT *
    FROM (
        VALUES
        ('G1', 1, 'feedback_in_time', 'share'),
        ('G1', 2, 'without_override', 'share'),
        ('G1', 3, 'residents_ratings', NULL),
        ('G2', 1, 'approval_hours', 'hours'),
        ('G2', 2, 'answers_in_time', NULL),
        ('G2', 3, 'press_answer_hours', 'hours'),
        ('G2', 4, 'staff_survey', NULL),
        ('G3', 1, 'contributions', 'number'),
        ('G3', 2, 'changed_decisions', 'number'),
        ('G4', 1, 'sender_recall', NULL),
        ('G4', 2, 'trust', NULL),
        ('G4', 3, 'applied_for_work', NULL),
        ('G4', 4, 'retention', NULL)
    ) AS listed (goal, place, measure, unit)
),

newest AS (
    SELECT evaluation_history.run, evaluation_history.answer
    FROM evaluation_history
    INNER JOIN report_evaluation
        ON evaluation_history.run = report_evaluation.run AND evaluation_history.look = report_evaluation.look
        AND evaluation_history.evaluated_at = report_evaluation.evaluated_at AND report_evaluation.counts
    SEMI JOIN report_period_campaign ON evaluation_history.run = report_period_campaign.run
    QUALIFY row_number() OVER (PARTITION BY evaluation_history.run ORDER BY evaluation_history.look DESC) = 1
),

observed AS (
    SELECT
        run, answer ->> '$.outcome' AS measure, (answer ->> '$.objective.reached')::DOUBLE AS value,
        (answer ->> '$.share')::BOOLEAN AS share, (answer ->> '$.objective.few')::BOOLEAN AS few
    FROM newest
    UNION ALL
    SELECT
        run, kpi ->> '$.outcome', (kpi ->> '$.level')::DOUBLE, (kpi ->> '$.share')::BOOLEAN, (kpi ->> '$.few')::BOOLEAN
    FROM (SELECT run, unnest(from_json(answer -> '$.kpis', '["JSON"]')) AS kpi FROM newest)
),

counted AS (
    SELECT
        measure, round(avg(value), 3) AS value, count(DISTINCT run) AS campaigns,
        CASE WHEN bool_and(share) THEN 'share' ELSE 'number' END AS unit
    FROM observed
    -- As the report: a share that tells of fewer than ten is nobody's figure here either.
    WHERE value IS NOT NULL AND NOT coalesce(share AND few, false)
    GROUP BY measure
    UNION ALL
    SELECT
        'feedback_in_time', round(avg((feedback = 'kept')::DOUBLE), 3), count(*), 'share'
    FROM report_period_campaign
    WHERE feedback IN ('kept', 'late', 'overdue')
    UNION ALL
    SELECT 'without_override', round(avg((overrides = 0)::DOUBLE), 3), count(*), 'share'
    FROM report_period_campaign
    WHERE is_sent
    UNION ALL
    SELECT 'approval_hours', median(approval_hours), count(approval_hours), 'hours' FROM report_period_campaign
    UNION ALL
    SELECT 'contributions', sum(told.contributions), count(told.contributions), 'number'
    FROM report_feedback AS told
    SEMI JOIN report_period_campaign ON told.run = report_period_campaign.run
    UNION ALL
    SELECT
        'changed_decisions', CASE WHEN count(told.changed_decision) > 0 THEN count_if(told.changed_decision) END,
        count(told.changed_decision), 'number'
    FROM report_feedback AS told
    SEMI JOIN report_period_campaign ON told.run = report_period_campaign.run
)

SELECT
    named.goal, named.measure, counted.value, coalesce(named.unit, counted.unit) AS unit,
    coalesce(counted.campaigns, 0) AS campaigns
FROM named
LEFT JOIN counted ON named.measure = counted.measure
ORDER BY named.goal, named.place;

COMMENT ON VIEW report_cost IS 'One row per run that has been sent: its ceiling and what its accepted messages and started channels cost.';
COMMENT ON COLUMN report_cost.budget_sek IS 'Ceiling of the brief, kronor.';
COMMENT ON COLUMN report_cost.spent_sek IS 'Kronor; null where a count of messages that it is made of is hidden.';
COMMENT ON COLUMN report_cost.spent_co2_kg IS 'Kilograms of carbon dioxide equivalents; null likewise.';
COMMENT ON VIEW report_goal_cost IS 'One row per goal of the programme: what its campaigns of the period cost.';
COMMENT ON COLUMN report_goal_cost.sent IS 'Campaigns that start in the period and whose sending has begun.';
COMMENT ON COLUMN report_goal_cost.budget_sek IS 'Their ceilings together, kronor; null where none has been sent.';
COMMENT ON COLUMN report_goal_cost.spent_sek IS 'What they cost together, kronor, without those whose cost is not told; null where it is told of none.';
COMMENT ON COLUMN report_goal_cost.spent_co2_kg IS 'Kilograms of carbon dioxide equivalents, likewise.';
COMMENT ON COLUMN report_goal_cost.untold IS 'Of them, those whose cost is not told, because it would tell few persons.';
COMMENT ON COLUMN report_goal_cost.sek_per_person IS 'Kronor per person reached, over those whose cost and reach are told; null where there are none.';
COMMENT ON VIEW report_measure IS 'One row per goal and measure that the programme names for it, over the campaigns of the period.';
COMMENT ON COLUMN report_measure.measure IS 'Name of the measure: that of an outcome where campaigns measure it themselves.';
COMMENT ON COLUMN report_measure.value IS 'Share 0-1, hours or a number, as unit says; null where there is no data.';
COMMENT ON COLUMN report_measure.unit IS 'share, hours or number; null where there is no data to tell it from.';
COMMENT ON COLUMN report_measure.campaigns IS 'Campaigns that it rests on; 0 where there is no data.';
