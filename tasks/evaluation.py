"""What happened because of the campaign: intention to treat, the holdout as the measure of what happens anyway."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import duckdb

from campaigns.errors import OutcomesMissing, Refused
from tasks import estimate, evaluation_record, looks, runs, store, verdicts
from tasks.disclosure import SMALLEST_CELL, hidden_groups
from tasks.estimate import Difference, Sums
from tasks.estimation.sample_ratio import UNLIKELY, sample_ratio_p
from tasks.looks import coming_looks, due_looks, plan_looks
from tasks.verdicts import FIGURES, Found, SegmentEffect
from tasks.workplace import Workplace

__all__ = ["coming_looks", "due_looks", "evaluate", "plan_looks", "require_outcomes"]

ARMS = ("treated", "holdout")


def require_outcomes(workplace: Workplace, run: str) -> None:
    """Raise OutcomesMissing where no outcome at all has been imported for the run."""
    with store.writing(workplace) as connection:
        known = runs.load_within(connection, run)
        row = connection.execute("SELECT 1 FROM outcome WHERE run = ? LIMIT 1", [known.run]).fetchone()
    if row is None:
        raise _missing(known.run)


def evaluate(workplace: Workplace, run: str, look: int) -> Found:
    """Estimate the effect at one look, write ``effect`` and the look's state, and return what ``--json`` prints.

    Everybody drawn counts, reached or not. The unit is that of the objective; the newest observation up to the look's
    day counts. Rerunning replaces the look's rows. Raises OutcomesMissing where the look has no observation yet,
    Refused where the arms are too lopsided to have been drawn as the brief says (p < 0.001).
    """
    with store.writing(workplace) as connection:
        known = runs.load_within(connection, run)
        window = looks.window(known, look)
        looks.plan_within(connection, workplace, known)
        observed_on = _observe(connection, known, window)
        if observed_on is None:
            _set_look(connection, workplace, known.run, look, "waiting")
        else:
            found = _evaluate(connection, workplace, known, look) | {"observed_on": observed_on.isoformat()}
            if observed_on > window.due_on:
                verdicts.warn(found, workplace.language, "late_observations")
            _set_look(connection, workplace, known.run, look, "done")
            store.keep_evidence(connection, workplace, known.run, ["effect"])
            evaluation_record.keep(workplace, known.run, look, found)
    if observed_on is None:
        raise _missing(known.run, look)
    return found


def _observe(connection: duckdb.DuckDBPyConnection, run: runs.Run, window: looks.Window) -> date | None:
    """Sum the look's observations per household; returns the newest day, None where nobody drawn was observed."""
    objective = run.brief.objective
    values = {"run": run.run, "outcome": objective.outcome, "since": window.since, "due_on": window.due_on}
    connection.execute(store.statement("evaluation/newest_observation"), values)
    connection.execute(store.statement("evaluation/clusters"), {"run": run.run, "unit": objective.unit})
    row = connection.execute(
        "SELECT max(observed_on) FROM observed WHERE unit = 'area' OR EXISTS (SELECT 1 FROM cluster_sum WHERE m > 0)"
    ).fetchone()
    return row[0] if row else None


def _evaluate(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run, look: int) -> Found:
    rows = connection.execute(store.statement("evaluation/sums")).fetchall()
    sums = {arm: {row[0]: Sums(*row[2:8]) for row in rows if row[1] == arm and row[2]} for arm in ARMS}
    arms = {arm: _arm(arm, [row for row in rows if row[1] == arm]) for arm in ARMS}
    _refuse_lopsided(run, arms, len({row[0] for row in rows}))
    reached = _level_reached(connection)
    share = verdicts.is_share(run.brief.objective, reached)
    difference = _difference(sums["treated"], sums["holdout"], share)
    segments = _segments(sums, {(row[0], row[1]): row[8] for row in rows}, share)
    found = verdicts.describe(run, look, arms, difference, segments, reached, workplace.language)
    _write(connection, run, look, found, segments)
    return found


def _arm(arm: str, rows: list[tuple[Any, ...]]) -> Found:
    """Sum one arm over its segments; households without an observation are missing, never zero."""
    drawn, observed = sum(row[10] for row in rows), sum(row[11] for row in rows)
    units = sum(row[3] for row in rows)
    return {
        "arm": arm,
        "clusters": sum(row[12] for row in rows),
        "households": drawn,
        "persons": sum(row[9] for row in rows),
        "observed_households": observed,
        "observed_persons": sum(row[8] for row in rows),
        "missing_share": (drawn - observed) / drawn if drawn else None,
        "level": sum(row[4] for row in rows) / units if units else None,
    }


def _difference(treated: dict[str, Sums], control: dict[str, Sums], share: bool) -> Difference | None:
    try:
        return estimate.difference(treated, control, share=share)
    except ValueError:
        return None


def _write(
    connection: duckdb.DuckDBPyConnection, run: runs.Run, look: int, found: Found, segments: Sequence[SegmentEffect]
) -> None:
    """Replace the look's rows of ``effect``: one for the whole audience, one per segment that may be shown."""
    treated, holdout = found["arms"]
    common = {"run": run.run, "look": look, "outcome": found["outcome"], "target": run.brief.objective.target}
    whole = {
        "segment": "all",
        "persons": treated["observed_persons"],
        "households": treated["observed_households"],
        "control_persons": holdout["observed_persons"],
        "control_households": holdout["observed_households"],
        "level": treated["level"],
        "control_level": holdout["level"],
        "verdict": treated["verdict"],
        **{name: treated[name] for name in FIGURES},
    }
    connection.execute("DELETE FROM effect WHERE run = ? AND look = ?", [run.run, look])
    for row in (whole, *(segment.row(run.brief.objective) for segment in segments)):
        connection.execute(store.statement("evaluation/effect"), {**common, **row})


def _segments(
    sums: dict[str, dict[str, Sums]], persons: dict[tuple[str, str], int], share: bool
) -> list[SegmentEffect]:
    """Estimate each segment that may be shown: ten persons in each arm, and none small found by subtraction."""
    names = sorted({segment for segment, _ in persons} - {""})
    cells = [[persons.get((name, arm), 0) for arm in ARMS] for name in names]
    hidden = hidden_groups(cells, SMALLEST_CELL)
    shown = []
    for row, name in enumerate(names):
        arms = [sums[arm].get(name) for arm in ARMS]
        treated, control = ({name: arm} if arm else {} for arm in arms)
        part = _difference(treated, control, share)
        if row not in hidden and part is not None and arms[0] and arms[1]:
            shown.append(SegmentEffect(name, cells[row][0], cells[row][1], arms[0].clusters, arms[1].clusters, part))
    return shown


def _refuse_lopsided(run: runs.Run, arms: dict[str, Found], strata: int) -> None:
    """Refuse arms that the drawn share does not explain, beyond half a cluster of rounding per segment."""
    unit = "persons" if run.brief.holdout.by == "person" else "clusters"
    treated, holdout, share = arms["treated"][unit], arms["holdout"][unit], run.brief.holdout.share
    if share == 0 or abs(holdout - share * (treated + holdout)) <= strata / 2:
        return
    p = sample_ratio_p(treated, holdout, share)
    if p < UNLIKELY:
        raise Refused(
            f"{holdout} of {treated + holdout} {unit} are in the control group, but {share:.0%} were to be drawn; "
            f"chance alone does so with p = {p:.1g}, so rows are lost or the draw was changed",
            where=run.run,
            remedy="find where the arms were lost (audience.arm per segment) before anything is concluded.",
        )


def _level_reached(connection: duckdb.DuckDBPyConnection) -> float:
    """Return the mean outcome of everybody observed, the control group included; over areas where only they are."""
    query = "SELECT coalesce((SELECT sum(y) / nullif(sum(m), 0) FROM cluster_sum), (SELECT avg(value) FROM observed))"
    row = connection.execute(query).fetchone()
    return float(row[0]) if row else 0.0


def _set_look(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str, look: int, state: str) -> None:
    connection.execute(
        "UPDATE look SET state = ?, evaluated_at = CASE WHEN ? = 'done' THEN now() ELSE evaluated_at END "
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
