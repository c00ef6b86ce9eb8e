-- Views over the tables; the same in the database and in the snapshot. Each names its grain.

-- One row per person of a register, as an audience query may read it: no names, no addresses.
CREATE OR REPLACE VIEW register_person AS
SELECT
    person.kind, person.person_key, person.household_key, person.status, person.birth_year,
    year(current_date) - person.birth_year AS age,
    person.district, person.area, person.language, person.easy_read, person.guardian_of, person.unit,
    person.consent_purposes, person.attributes,
    coalesce(points.has_email, false) AS has_email,
    coalesce(points.has_mobile, false) AS has_mobile,
    coalesce(points.has_digital_mailbox, false) AS has_digital_mailbox,
    coalesce(points.has_postal, false) AS has_postal
FROM person
LEFT JOIN (
    SELECT
        kind, person_key,
        bool_or(address_kind = 'email') AS has_email,
        bool_or(address_kind = 'mobile') AS has_mobile,
        bool_or(address_kind = 'digital_mailbox') AS has_digital_mailbox,
        bool_or(address_kind = 'postal') AS has_postal
    FROM contact_point
    GROUP BY ALL
) AS points
    ON person.kind = points.kind AND person.person_key = points.person_key;

CREATE OR REPLACE VIEW register_population AS FROM register_person WHERE kind = 'population';
CREATE OR REPLACE VIEW register_guardians AS FROM register_person WHERE kind = 'guardians';
CREATE OR REPLACE VIEW register_employees AS FROM register_person WHERE kind = 'employees';
CREATE OR REPLACE VIEW register_customers AS FROM register_person WHERE kind = 'customers';
CREATE OR REPLACE VIEW register_subscribers AS FROM register_person WHERE kind = 'subscribers';

-- One row per planned message with its newest state; marked without an outcome is still pending. What the gateway told
-- later (delivered, soft_bounce, hard_bounce, complaint) outranks what the sending knew, the worse of two the better one,
-- so that receipts say the same in any order.
CREATE OR REPLACE VIEW delivery AS
SELECT
    message.run, message.message_id, message.wave, message.channel, message.variant, message.person_key,
    message.shard, message.parts, message.cost_sek, message.co2_kg, message.planned_at,
    coalesce(newest.receipt, newest.status, 'queued') AS status,
    newest.attempts, newest.accepted_at, newest.changed_at, newest.code, newest.provider_ref
FROM message
LEFT JOIN (
    SELECT
        run, message_id,
        arg_max(status, (segment, "offset")) FILTER (WHERE rank IS NULL) AS status,
        arg_max(status, rank) AS receipt,
        max(attempt) AS attempts,
        min(happened_at) FILTER (WHERE status = 'accepted' OR rank IS NOT NULL) AS accepted_at,
        max(happened_at) AS changed_at,
        arg_max(code, (segment, "offset")) FILTER (WHERE rank IS NULL) AS code,
        max(provider_ref) AS provider_ref
    FROM (
        SELECT *, list_position(['soft_bounce', 'delivered', 'hard_bounce', 'complaint'], status) AS rank
        FROM delivery_event
    )
    GROUP BY ALL
) AS newest
    ON message.run = newest.run AND message.message_id = newest.message_id;

-- One row per message that was accepted and did not bounce for good: what "reached" means everywhere. Says the same as
-- the view delivery, but reads no other events.
CREATE OR REPLACE VIEW reached_message AS
SELECT run, message_id
FROM delivery_event
WHERE status IN ('accepted', 'soft_bounce', 'delivered', 'hard_bounce', 'complaint')
GROUP BY run, message_id
HAVING NOT bool_or(status = 'hard_bounce') OR bool_or(status = 'complaint');

-- One row per run, wave and person with a message: the assignment or, where an earlier wave failed, the diversion.
CREATE OR REPLACE VIEW final_assignment AS
SELECT
    assignment.run, assignment.wave, assignment.person_key,
    coalesce(diversion.channel, assignment.channel) AS channel,
    coalesce(diversion.variant, assignment.variant) AS variant,
    coalesce(diversion.message_id, assignment.message_id) AS message_id
FROM assignment
LEFT JOIN diversion
    ON assignment.run = diversion.run AND assignment.wave = diversion.wave
    AND assignment.person_key = diversion.person_key
UNION ALL
SELECT diversion.run, diversion.wave, diversion.person_key, diversion.channel, diversion.variant, diversion.message_id
FROM diversion
ANTI JOIN assignment
    ON diversion.run = assignment.run AND diversion.wave = assignment.wave
    AND diversion.person_key = assignment.person_key;

-- The usual questions. A count of 1 to 9 persons is hidden (null), and while the hidden ones together are one count alone
-- or fewer than 10 persons, so is the next smallest: beside a total that is known, none can be worked out.

-- One row per run, wave and arm or reason for exclusion; whom the plan left out stands in an arm too, so these rows are
-- of which. Whom the message is meant for guards the others last: the plan shows them.
CREATE OR REPLACE VIEW report_audience AS
WITH counted AS (
    SELECT
        run, wave,
        coalesce(excluded_reason IN ('unreachable', 'over_budget'), false) AS left_out,
        excluded_reason, CASE arm WHEN 'later' THEN 'treated' ELSE arm END AS arm, count(*) AS persons
    FROM audience
    GROUP BY ALL
),

standing AS (
    SELECT
        run, wave, persons,
        group_name NOT LIKE 'excluded: %' AND group_name <> 'holdout' AND persons >= 10 AS is_last, group_name
    FROM (
        SELECT
            run, wave,
            CASE
                WHEN left_out OR excluded_reason IS NULL THEN coalesce(arm, 'no holdout')
                ELSE 'excluded: ' || excluded_reason
            END AS group_name,
            sum(persons)::BIGINT AS persons
        FROM counted
        GROUP BY ALL
    )
),

shown AS (
    SELECT
        run, wave, group_name, persons,
        count(*) FILTER (WHERE persons < 10) OVER whole = 0
        OR (row_number() OVER upwards > greatest(2, count(*) FILTER (WHERE persons < 10) OVER whole)
            AND sum(persons) OVER upwards - persons >= 10) AS is_shown
    FROM standing
    WINDOW
        whole AS (PARTITION BY run, wave),
        upwards AS (PARTITION BY run, wave ORDER BY is_last, persons, group_name)
),

-- Of those the message is meant for: unreachable, over budget and, not listed, with a channel.
part AS (
    SELECT
        run, wave, excluded_reason, persons,
        count(*) FILTER (WHERE persons < 10) OVER whole = 0
        OR (row_number() OVER upwards > greatest(2, count(*) FILTER (WHERE persons < 10) OVER whole)
            AND sum(persons) OVER upwards - persons >= 10) AS is_shown
    FROM counted
    WHERE left_out OR (excluded_reason IS NULL AND arm IS DISTINCT FROM 'holdout')
    WINDOW
        whole AS (PARTITION BY run, wave),
        upwards AS (PARTITION BY run, wave ORDER BY persons, excluded_reason)
)

SELECT shown.run, shown.wave, shown.group_name, CASE WHEN is_shown AND untold.name IS NULL THEN persons END AS persons
FROM shown
LEFT JOIN (FROM hidden_figure WHERE figure = 'persons') AS untold
    ON shown.run = untold.run AND shown.wave = untold.wave AND shown.group_name = 'excluded: ' || untold.name
UNION ALL
SELECT
    part.run, part.wave, 'excluded: ' || part.excluded_reason,
    CASE WHEN part.is_shown AND shown.is_shown AND untold.name IS NULL THEN part.persons END
FROM part
INNER JOIN shown
    ON part.run = shown.run AND part.wave = shown.wave AND shown.group_name IN ('treated', 'no holdout')
LEFT JOIN (FROM hidden_figure WHERE figure = 'persons') AS untold
    ON part.run = untold.run AND part.wave = untold.wave AND part.excluded_reason = untold.name
WHERE part.excluded_reason IS NOT NULL;

-- One row per run, wave, channel and state. First whole channels are hidden, then states within the channels that are
-- left. Where nobody shares a message, messages tell persons, and those without any channel count as one channel more.
-- Pages, which are nobody's, are always shown.
CREATE OR REPLACE VIEW report_messages AS
WITH counted AS (
    SELECT
        run, wave, channel, status, count(*) AS messages, sum(cost_sek) AS cost, sum(co2_kg) AS co2,
        count(person_key) > 0 AS personal
    FROM delivery
    GROUP BY run, wave, channel, status
),

whole AS (
    SELECT run, wave, channel, sum(messages)::BIGINT AS messages
    FROM counted
    WHERE personal
    GROUP BY ALL
    UNION ALL
    SELECT audience.run, audience.wave, NULL, count(*)
    FROM audience
    SEMI JOIN (
        SELECT run, wave FROM assignment GROUP BY run, wave HAVING count(*) = count(DISTINCT message_id)
    ) AS one_each
        ON audience.run = one_each.run AND audience.wave = one_each.wave
    WHERE audience.excluded_reason IN ('unreachable', 'over_budget')
    GROUP BY audience.run, audience.wave
),

channel_shown AS (
    SELECT
        run, wave, channel,
        count(*) FILTER (WHERE messages < 10) OVER all_channels = 0
        OR (row_number() OVER upwards > greatest(2, count(*) FILTER (WHERE messages < 10) OVER all_channels)
            AND sum(messages) OVER upwards - messages >= 10) AS is_shown
    FROM whole
    WINDOW
        all_channels AS (PARTITION BY run, wave),
        -- Ten or more left out stand in report_audience, so they guard nobody.
        upwards AS (PARTITION BY run, wave ORDER BY channel IS NULL AND messages >= 10, messages, channel)
),

state_shown AS (
    SELECT
        *,
        count(*) FILTER (WHERE messages < 10) OVER all_states = 0
        OR (row_number() OVER upwards > greatest(2, count(*) FILTER (WHERE messages < 10) OVER all_states)
            AND sum(messages) OVER upwards - messages >= 10) AS is_shown
    FROM counted
    WINDOW
        all_states AS (PARTITION BY run, wave, channel, personal),
        upwards AS (PARTITION BY run, wave, channel, personal ORDER BY messages, status)
)

SELECT
    run, wave, channel, status,
    CASE WHEN told THEN messages END AS messages,
    CASE WHEN told THEN round(cost, 2) END AS cost_sek,
    CASE WHEN told THEN round(co2, 3) END AS co2_kg
FROM (
    SELECT
        state_shown.* EXCLUDE (is_shown),
        NOT state_shown.personal
        OR (state_shown.is_shown AND coalesce(channel_shown.is_shown, false) AND untold.name IS NULL) AS told
    FROM state_shown
    LEFT JOIN (FROM hidden_figure WHERE figure = 'channel') AS untold
        ON
            state_shown.run = untold.run AND state_shown.wave = untold.wave
            AND state_shown.channel = untold.name
    LEFT JOIN channel_shown
        ON
            state_shown.run = channel_shown.run
            AND state_shown.wave = channel_shown.wave
            AND state_shown.channel = channel_shown.channel
);

-- One row per run, wave and segment: whom the message is meant for and how many of them were reached. Reached and missed
-- are hidden together, smallest segments first; persons only where they are few.
CREATE OR REPLACE VIEW report_reach AS
WITH counted AS (
    SELECT
        audience.run, audience.wave, audience.segment, count(*) AS persons,
        count(*) FILTER (WHERE reached.message_id IS NOT NULL) AS reached
    FROM audience
    LEFT JOIN final_assignment
        ON audience.run = final_assignment.run AND audience.wave = final_assignment.wave
        AND audience.person_key = final_assignment.person_key
    LEFT JOIN reached_message AS reached
        ON final_assignment.run = reached.run AND final_assignment.message_id = reached.message_id
    WHERE audience.arm IS DISTINCT FROM 'holdout' AND (audience.excluded_reason IS NULL OR audience.arm IS NOT NULL)
    GROUP BY ALL
),

judged AS (
    SELECT
        *, persons - reached AS missed,
        reached BETWEEN 1 AND 9 OR persons - reached BETWEEN 1 AND 9 AS is_small
    FROM counted
),

-- What is hidden once this row, and every smaller one, is: the small ones first, then the others by size.
running AS (
    SELECT
        *,
        count(*) FILTER (WHERE is_small) OVER (PARTITION BY run, wave) AS small_ones,
        count(*) FILTER (WHERE reached > 0) OVER upwards AS cells_reached, sum(reached) OVER upwards AS sum_reached,
        count(*) FILTER (WHERE missed > 0) OVER upwards AS cells_missed, sum(missed) OVER upwards AS sum_missed,
        row_number() OVER upwards AS "rank"
    FROM judged
    WINDOW upwards AS (PARTITION BY run, wave ORDER BY NOT is_small, persons, segment)
),

enough AS (
    SELECT
        *,
        min("rank") FILTER (
            WHERE "rank" >= small_ones
            AND (cells_reached = 0 OR (cells_reached > 1 AND sum_reached >= 10))
            AND (cells_missed = 0 OR (cells_missed > 1 AND sum_missed >= 10))
        ) OVER (PARTITION BY run, wave) AS last_hidden,
        max("rank") OVER (PARTITION BY run, wave) AS last_rank
    FROM running
),

hidden AS (
    SELECT *, small_ones > 0 AND "rank" <= coalesce(last_hidden, last_rank) AS is_hidden FROM enough
),

few AS (
    SELECT
        *,
        is_hidden
        AND count(*) FILTER (WHERE persons < 20) OVER whole > 0
        AND (
            row_number() OVER upwards <= greatest(2, count(*) FILTER (WHERE persons < 20) OVER whole)
            OR sum(persons) OVER upwards - persons < 10
        ) AS persons_are_hidden
    FROM hidden
    WINDOW
        whole AS (PARTITION BY run, wave, is_hidden),
        upwards AS (PARTITION BY run, wave, is_hidden ORDER BY persons, segment)
)

SELECT
    run, wave, segment,
    CASE WHEN NOT persons_are_hidden THEN persons END AS persons,
    CASE WHEN NOT is_hidden THEN reached END AS reached
FROM few;

-- One row per run, look, outcome, arm and segment. The report's rule: where fewer than ten did, or did not, act, levels and
-- ratio are hidden in both arms, and the effect is told in steps (tasks.effect_steps), with a bound of p alone. Of segments
-- in steps the shrunken effect is told.
CREATE OR REPLACE VIEW report_effect AS
SELECT
    run, look, outcome, arm, segment, persons, control_persons,
    CASE WHEN is_told THEN round(level, 3) END AS level,
    CASE WHEN is_told THEN round(control_level, 3) END AS control_level,
    CASE
        WHEN step = 0 THEN round(estimate, 3)
        WHEN in_steps AND segment = 'all' THEN round(floor(estimate / step + 0.5) * step, 3)
    END AS estimate,
    CASE
        WHEN step = 0 THEN round(ci_low, 3)
        WHEN in_steps AND segment = 'all' THEN round(floor(ci_low / step + 1e-9) * step, 3)
    END AS ci_low,
    CASE
        WHEN step = 0 THEN round(ci_high, 3)
        WHEN in_steps AND segment = 'all' THEN round(ceil(ci_high / step - 1e-9) * step, 3)
    END AS ci_high,
    CASE
        WHEN step = 0 THEN p
        WHEN in_steps AND segment = 'all' THEN CASE WHEN p < 0.05 THEN 0.05 ELSE 1 END
    END AS p,
    CASE WHEN step = 0 THEN p_adjusted END AS p_adjusted,
    CASE WHEN is_told THEN round(ratio, 2) END AS ratio,
    CASE WHEN step = 0 THEN round(look_low, 3) END AS look_low,
    CASE WHEN step = 0 THEN round(look_high, 3) END AS look_high,
    CASE WHEN step = 0 THEN round(anytime_low, 3) END AS anytime_low,
    CASE WHEN step = 0 THEN round(anytime_high, 3) END AS anytime_high,
    CASE
        WHEN step = 0 THEN round(shrunken, 3)
        WHEN in_steps THEN round(floor(shrunken / step + 0.5) * step, 3)
    END AS shrunken,
    CASE WHEN step = 0 THEN round(complier_effect, 3) END AS complier_effect, target, verdict, step
FROM (
    SELECT
        *, step > 0 AND step < 1 AS in_steps,
        step = 0 AND (
            -- Only of shares do levels count who acted.
            greatest(level, control_level, coalesce(target, 0)) > 1
            OR least(level, control_level, coalesce(target, 0)) < 0
            OR least(
                least(level, 1 - level) * households, least(control_level, 1 - control_level) * control_households
            ) >= 10
        ) AS is_told
    FROM effect
)
WHERE least(persons, control_persons, households, control_households) >= 10;

-- One row per run, look, dimension and group: who gained and who was left out; figures are the shrunken ones.
CREATE OR REPLACE VIEW report_equity AS
SELECT
    groups.run, groups.look, groups.outcome, groups.dimension, groups.group_name, groups.persons,
    groups.control_persons,
    CASE
        WHEN groups.step = 0 THEN round(groups.shrunken, 3)
        WHEN groups.step < 1 THEN round(floor(groups.shrunken / groups.step + 0.5) * groups.step, 3)
    END AS effect,
    CASE
        WHEN groups.step = 0 THEN round(groups.shrunken_low, 3)
        WHEN groups.step < 1 THEN round(floor(groups.shrunken_low / groups.step + 1e-9) * groups.step, 3)
    END AS effect_low,
    CASE
        WHEN groups.step = 0 THEN round(groups.shrunken_high, 3)
        WHEN groups.step < 1 THEN round(ceil(groups.shrunken_high / groups.step - 1e-9) * groups.step, 3)
    END AS effect_high,
    groups.standing, CASE WHEN groups.step = 0 THEN round(equity.equity_index, 2) END AS equity_index
FROM effect_group AS groups
LEFT JOIN equity
    ON
        groups.run = equity.run AND groups.look = equity.look AND groups.outcome = equity.outcome
        AND groups.dimension = equity.dimension
WHERE least(groups.persons, groups.control_persons) >= 10;

-- One row per run, look and channels together: effect and what it cost; figures are the shrunken ones. Money tells how many
-- messages there were: it is null where the report hides that, and where all states of a channel are hidden above.
CREATE OR REPLACE VIEW report_channel_effect AS
WITH withheld AS (
    SELECT run FROM hidden_figure WHERE figure IN ('channel', 'messages')
    UNION
    SELECT run FROM report_messages GROUP BY run, wave, channel HAVING count(messages) = 0
    UNION
    SELECT run
    FROM delivery
    WHERE person_key IS NOT NULL
    GROUP BY run, channel
    HAVING count(accepted_at) BETWEEN 1 AND 9 OR count(*) - count(accepted_at) BETWEEN 1 AND 9
)

SELECT
    shown.run, shown.look, shown.outcome, shown.segment, shown.channels, shown.persons,
    CASE
        WHEN shown.step = 0 THEN round(shown.shrunken, 3)
        WHEN shown.step < 1 THEN round(floor(shown.shrunken / shown.step + 0.5) * shown.step, 3)
    END AS effect,
    CASE
        WHEN shown.step = 0 THEN round(shown.shrunken_low, 3)
        WHEN shown.step < 1 THEN round(floor(shown.shrunken_low / shown.step + 1e-9) * shown.step, 3)
    END AS effect_low,
    CASE
        WHEN shown.step = 0 THEN round(shown.shrunken_high, 3)
        WHEN shown.step < 1 THEN round(ceil(shown.shrunken_high / shown.step - 1e-9) * shown.step, 3)
    END AS effect_high,
    CASE WHEN shown.step = 0 THEN shown.p_adjusted END AS p_adjusted,
    CASE WHEN withheld.run IS NULL THEN round(shown.cost_sek, 0) END AS cost_sek,
    CASE WHEN withheld.run IS NULL AND shown.step = 0 THEN round(shown.sek_per_result, 2) END AS sek_per_result,
    CASE WHEN withheld.run IS NULL THEN round(shown.co2_kg, 1) END AS co2_kg
FROM effect_channel AS shown
LEFT JOIN withheld ON shown.run = withheld.run
WHERE least(shown.persons, shown.control_persons) >= 10;

COMMENT ON VIEW register_person IS 'One row per register and person, as an audience query may read it: no names, no addresses.';
COMMENT ON VIEW register_population IS 'register_person of the population register.';
COMMENT ON VIEW register_guardians IS 'register_person of the guardians register.';
COMMENT ON VIEW register_employees IS 'register_person of the employees register.';
COMMENT ON VIEW register_customers IS 'register_person of the customers register.';
COMMENT ON VIEW register_subscribers IS 'register_person of the subscribers register.';
COMMENT ON COLUMN register_person.age IS 'Age in whole years at the end of this year.';
COMMENT ON COLUMN register_person.has_email IS 'A usable e-mail address is known.';
COMMENT ON COLUMN register_person.has_mobile IS 'A usable mobile number is known.';
COMMENT ON COLUMN register_person.has_digital_mailbox IS 'A digital mailbox is known.';
COMMENT ON COLUMN register_person.has_postal IS 'A usable postal address is known.';
COMMENT ON VIEW reached_message IS 'One row per message that was accepted and did not bounce for good.';
COMMENT ON VIEW delivery IS 'One row per planned message with its newest state.';
COMMENT ON COLUMN delivery.status IS 'queued, or the newest state in delivery_event; marked without an outcome is still pending. What the gateway told later outranks it.';
COMMENT ON COLUMN delivery.attempts IS 'Attempts made.';
COMMENT ON COLUMN delivery.accepted_at IS 'When the gateway took it, or first told that it had; null before.';
COMMENT ON COLUMN delivery.changed_at IS 'When the state last changed; null while queued.';
COMMENT ON VIEW final_assignment IS 'One row per run, wave and person with a message: the assignment or, where an earlier wave failed, the diversion.';
COMMENT ON VIEW report_audience IS 'One row per run, wave and arm or reason for exclusion; counts below 10, and what would give one away, are null. excluded: unreachable and excluded: over_budget are also counted in the arm.';
COMMENT ON COLUMN report_audience.group_name IS 'treated (also who gets the message later), holdout, no holdout, or excluded with the reason.';
COMMENT ON COLUMN report_audience.persons IS 'Persons; null where hidden.';
COMMENT ON VIEW report_messages IS 'One row per run, wave, channel and state; counts below 10, and what would give one away, are null.';
COMMENT ON COLUMN report_messages.status IS 'Newest state of the messages.';
COMMENT ON COLUMN report_messages.messages IS 'Messages; null where hidden.';
COMMENT ON COLUMN report_messages.cost_sek IS 'Cost of the messages, kronor; null where they are hidden.';
COMMENT ON COLUMN report_messages.co2_kg IS 'Carbon dioxide equivalents of the messages, kilograms; null where they are hidden.';
COMMENT ON VIEW report_reach IS 'One row per run, wave and segment whom the message was meant for.';
COMMENT ON COLUMN report_reach.persons IS 'Persons of the segment outside the holdout; null where they are few or would give few away.';
COMMENT ON COLUMN report_reach.reached IS 'Persons whose message was accepted; null where 1 to 9 were reached or missed, or would be given away.';
COMMENT ON VIEW report_equity IS 'One row per run, look, outcome, dimension and group of ten persons or more in each arm: who gained and who was left out.';
COMMENT ON COLUMN report_equity.effect IS 'Shrunken effect, in the unit of the outcome; rounded, or null, where fewer than ten of a group of the dimension acted, or did not.';
COMMENT ON COLUMN report_equity.effect_low IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN report_equity.effect_high IS 'Upper end of its 95 % interval.';
COMMENT ON VIEW report_channel_effect IS 'One row per run, look, outcome, group of people and channels together with ten persons or more in each arm: the effect and its cost.';
COMMENT ON COLUMN report_channel_effect.effect IS 'Shrunken effect, in the unit of the outcome: the best channel is not believed for its luck. Rounded, or null, where fewer than ten of a group acted, or did not.';
COMMENT ON COLUMN report_channel_effect.effect_low IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN report_channel_effect.effect_high IS 'Upper end of its 95 % interval.';
COMMENT ON VIEW report_effect IS 'Effects with at least 10 persons and 10 households in the arm and in the holdout; where fewer than 10 of either did, or did not, act, levels and ratio are null and the effect is told in steps.';
COMMENT ON COLUMN report_effect.segment IS 'Segment; all for the whole audience.';
COMMENT ON COLUMN report_effect.persons IS 'Persons with an observed outcome in the arm.';
COMMENT ON COLUMN report_effect.control_persons IS 'Persons with an observed outcome in the holdout.';
COMMENT ON COLUMN report_effect.level IS 'Post-stratified mean outcome of the arm, in the unit of the outcome; null where hidden.';
COMMENT ON COLUMN report_effect.control_level IS 'Post-stratified mean outcome of the holdout; null where hidden.';
COMMENT ON COLUMN report_effect.p IS 'Two-sided p value; in steps 0.05 where it is below that, and else 1.';
COMMENT ON COLUMN report_effect.step IS 'Effect and interval are whole steps of this, the interval widened, because fewer than 10 acted, or did not; 0 as they are, 1 or null not told. Of segments in steps only the shrunken effect is told.';
COMMENT ON COLUMN report_effect.p_adjusted IS 'p adjusted for all claims of the look (Holm, over the objective and the measures); null for a segment, and in steps.';
COMMENT ON COLUMN report_effect.ratio IS 'Level over the control group''s; null where one is not above 0, or hidden.';
COMMENT ON COLUMN report_effect.shrunken IS 'Estimate drawn towards what all segments show together: the luckiest one is not believed for its luck; null for all.';
COMMENT ON COLUMN report_effect.verdict IS 'better, worse or not_shown; of the objective and the measures by p_adjusted against evaluation.look_level.';
COMMENT ON COLUMN report_equity.dimension IS 'need, life_situation, language or district.';
COMMENT ON COLUMN report_equity.persons IS 'Persons of the treated arm with an observed outcome.';
COMMENT ON COLUMN report_equity.control_persons IS 'Persons of the holdout with an observed outcome.';
COMMENT ON COLUMN report_channel_effect.segment IS 'What the segments have in common, such as need/life_situation, without language and addresses; all for everybody. Money stands only for all.';
COMMENT ON COLUMN report_channel_effect.persons IS 'Treated persons whose plan held these channels.';
COMMENT ON COLUMN report_channel_effect.cost_sek IS 'Cost of the accepted messages, kronor; null where a number of messages is hidden.';
COMMENT ON COLUMN report_channel_effect.sek_per_result IS 'Kronor per unit that reached the result because of the campaign (shrunken); null where the interval holds zero, or the cost is hidden.';
COMMENT ON COLUMN report_channel_effect.co2_kg IS 'Carbon dioxide equivalents of the accepted messages in all, kilograms; null where the cost is hidden.';
COMMENT ON COLUMN report_reach.segment IS 'Segment: need or life situation, message language, reachability, easy read and contacts left; coarsened to at least 10 persons.';
