"""What happened because of the campaign: intention to treat, the holdout as the measure of what happens anyway."""

from datetime import date
from typing import Any

import duckdb

from campaigns.errors import OutcomesMissing, Refused
from tasks import (
    arm_effects,
    channel_groups,
    drawn_people,
    early_looks,
    effect_before,
    evaluation_answer,
    evaluation_record,
    evaluation_tables,
    experiment_rows,
    looks,
    runs,
    store,
)
from tasks.arm_effects import ArmEffect
from tasks.channel_effects import by_people
from tasks.channel_groups import Compared
from tasks.estimate import Sums
from tasks.estimation.sample_ratio import UNLIKELY, sample_ratio_p
from tasks.evaluation_answer import Evidence, Found
from tasks.group_effects import Arms, group_effects
from tasks.looks import coming_looks, due_looks, plan_looks
from tasks.verdicts import direction, is_share, worded
from tasks.workplace import Workplace

__all__ = ["coming_looks", "due_looks", "evaluate", "plan_looks", "require_outcomes"]

NOBODY = Sums(0, 0, 0, 0, 0, 0)


def require_outcomes(workplace: Workplace, run: str) -> None:
    """Raise OutcomesMissing where no outcome at all has been imported for the run."""
    with store.writing(workplace) as connection:
        known = runs.load_within(connection, run)
        row = connection.execute("SELECT 1 FROM outcome WHERE run = ? LIMIT 1", [known.run]).fetchone()
    if row is None:
        raise _missing(known.run)


def evaluate(workplace: Workplace, run: str, look: int) -> Found:
    """Estimate the effect at one look, write the tables of results and the look's state; return what ``--json`` says.

    Before its day, and with nothing observed on it, a look is told to be early and is not done: it is due on its day.
    Everybody drawn counts, reached or not. The unit is that of the objective; the newest observation up to the look's
    day counts. Where the control group has got the message too by that day, nothing is compared. Rerunning replaces the
    look's rows. Raises OutcomesMissing where the look has no observation yet, Refused where the arms are too lopsided,
    or too unlike, to have been drawn as the brief says (p < 0.001).
    """
    with store.writing(workplace) as connection:
        known = runs.load_within(connection, run)
        window = looks.window(known, look)
        looks.plan_within(connection, workplace, known)
        drawn_people.read_people(connection, workplace, known, all_are_told=window.all_are_told)
        observed_on = _observe(connection, known, window)
        if observed_on is None:
            _set_look(connection, workplace, known.run, look, "waiting")
        else:
            early = early_looks.is_early(known, look, observed_on, window.due_on)
            answer = effect_before.added(_evaluate(connection, workplace, known, window, observed_on), workplace, known)
            found = worded(early_looks.marked(answer, known, look) if early else answer, workplace.language)
            _set_look(connection, workplace, known.run, look, early_looks.STATE if early else "done")
            store.keep_evidence(connection, workplace, known.run, evaluation_tables.TABLES)
            evaluation_record.keep(workplace, known.run, look, found)
    if observed_on is None:
        raise _missing(known.run, look)
    return found


def _observe(connection: duckdb.DuckDBPyConnection, run: runs.Run, window: looks.Window) -> date | None:
    """Sum the look's observations per household; returns the newest day, None where nobody drawn was observed."""
    observed_on = drawn_people.observe(connection, run, window, run.brief.objective.outcome)
    row = connection.execute(
        "SELECT 1 FROM observed WHERE unit = 'area' OR EXISTS (SELECT 1 FROM cluster_sum WHERE m > 0) LIMIT 1"
    ).fetchone()
    return observed_on if row else None


def _evaluate(
    connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run, window: looks.Window, observed_on: date
) -> Found:
    """Find everything in the order in which the temporary tables allow it, and write the tables of results."""
    rows = connection.execute(store.statement("evaluation/sums")).fetchall()
    sample_p = None if window.all_are_told else _sample_ratio(run, rows)
    compared = channel_groups.read_groups(connection, observed_on)
    effect = _estimate(connection, run, run.brief.objective.outcome)
    channel_groups.keep(workplace, run.run, window.look, compared)
    reached = drawn_people.level_reached(connection)
    share = is_share(run.brief.objective, reached)
    evidence = Evidence(
        *(run, window.look, observed_on, rows),
        effects=[effect],
        sample_ratio_p=sample_p,
        **_parts(connection, run, rows, compared if effect.difference else None, share),
        costs=evaluation_tables.read_costs(connection),
        trend=evaluation_tables.read_trend(connection, run, max(window.due_on, observed_on)),
        reached=reached,
        is_late=observed_on > window.due_on,
    )
    _add_measures(connection, evidence)
    found = evaluation_answer.describe(evidence)
    evaluation_tables.write(connection, evidence, found)
    return found


def _parts(
    connection: duckdb.DuckDBPyConnection,
    run: runs.Run,
    rows: list[tuple[Any, ...]],
    compared: Compared | None,
    share: bool,
) -> dict[str, Any]:
    """Return the effects per segment, per group of every dimension that has several, and per set of channels.

    Where areas were drawn, none of them is told apart by chance; None for ``compared``: there is nothing to compare.
    """
    parts: dict[str, Any] = {"share": share, "segments": [], "groups": {}, "channels": []}
    if drawn_people.by_area(run):
        return parts
    way = direction(run.brief.objective)
    names = sorted({row[0] for row in rows} - {""})
    segments = {name: _arms([row for row in rows if row[0] == name]) for name in names}
    everybody = [sum(row[8] or 0 for row in rows if row[1] == arm) for arm in arm_effects.ARMS]
    dimensions = {name: groups for name, groups in _groups(connection).items() if len(groups) > 1}
    return parts | {
        "segments": group_effects(segments, way, share=share),
        "groups": {name: group_effects(one, way, share=share, everybody=everybody) for name, one in dimensions.items()},
        "channels": by_people(compared.treated, compared.holdout, share=share) if compared else [],
    }


def _estimate(connection: duckdb.DuckDBPyConnection, run: runs.Run, outcome: str) -> ArmEffect:
    """Estimate one outcome whose observations ``observe`` has summed."""
    drawn_people.read_known_before(connection, run, outcome)
    return arm_effects.estimate_arm(connection, run, outcome, experiment_rows.write_rows(connection, run))


def _add_measures(connection: duckdb.DuckDBPyConnection, evidence: Evidence) -> None:
    """Add the measures that are observed per unit, last, because each takes the place of the objective's sums."""
    for outcome in evidence.run.brief.measured:
        if drawn_people.observe(connection, evidence.run, looks.window(evidence.run, evidence.look), outcome):
            evidence.effects.append(_estimate(connection, evidence.run, outcome))


def _groups(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Arms]]:
    rows = connection.execute(store.statement("evaluation/group_sums")).fetchall()
    found: dict[str, dict[str, list[Any]]] = {}
    for dimension, name, arm, *sums, persons in rows:
        found.setdefault(dimension, {}).setdefault(name, []).append((name, arm, *sums, persons))
    return {dimension: {name: _arms(arms) for name, arms in groups.items()} for dimension, groups in found.items()}


def _arms(rows: list[tuple[Any, ...]]) -> Arms:
    """Return both arms of a group from rows of (group, arm, the six sums, observed persons, …)."""
    arms = {row[1]: (Sums(*row[2:8]), row[8]) if row[2] else (NOBODY, 0) for row in rows}
    (treated, persons), (control, control_persons) = (arms.get(arm, (NOBODY, 0)) for arm in arm_effects.ARMS)
    return Arms(treated, control, persons, control_persons)


def _sample_ratio(run: runs.Run, rows: list[tuple[Any, ...]]) -> float | None:
    """Return the p value of the arms' sizes; refuse those beyond half a cluster of rounding per segment and chance."""
    place = 9 if run.brief.holdout.by == "person" else 12
    treated, holdout = (sum(row[place] for row in rows if row[1] == arm) for arm in arm_effects.ARMS)
    share, strata = run.brief.holdout.share, len({row[0] for row in rows})
    if share == 0:
        return None
    p = sample_ratio_p(treated, holdout, share)
    if p < UNLIKELY and abs(holdout - share * (treated + holdout)) > strata / 2:
        unit = "persons" if run.brief.holdout.by == "person" else "clusters"
        raise Refused(
            f"{holdout} of {treated + holdout} {unit} are in the control group, but {share:.0%} were to be drawn; "
            f"chance alone does so with p = {p:.1g}, so rows are lost or the draw was changed",
            where=run.run,
            remedy="find where the arms were lost (audience.arm per segment) before anything is concluded.",
        )
    return p


def _set_look(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str, look: int, state: str) -> None:
    connection.execute(
        "UPDATE look SET state = ?, evaluated_at = CASE WHEN ? IN ('done', 'early') THEN now() ELSE evaluated_at END "
        "WHERE run = ? AND look = ?",
        [state, state, run, look],
    )
    store.keep_evidence(connection, workplace, run, ["look"])


def _missing(run: str, look: int | None = None) -> OutcomesMissing:
    place = f"look {look} of {run}" if look else run
    return OutcomesMissing(
        f"no outcomes have been imported for {place}",
        remedy=f"import what was observed with `budkavle outcomes import {run} FILE` and evaluate again.",
    )
