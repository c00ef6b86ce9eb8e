"""The tables of results: one look's rows of ``evaluation``, ``effect`` and what goes with them, replaced."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import duckdb

from tasks import runs, store
from tasks.evaluation_answer import Evidence, Found

TABLES = ("evaluation", "effect", "effect_group", "effect_channel", "equity")
Costs = dict[str, tuple[float, float]]
RENAMED = {"effect": "estimate", "group": "group_name", "index": "equity_index"}


def read_costs(connection: duckdb.DuckDBPyConnection) -> Costs:
    """Return kronor and kilograms of accepted messages by the channels of the plan."""
    places = connection.execute("SELECT DISTINCT place, channel FROM contact ORDER BY place").fetchall()
    rows = connection.execute(store.statement("evaluation/channel_costs")).fetchall()
    return {
        "+".join(name for place, name in places if channels >> place & 1): (sek, co2_kg)
        for channels, sek, co2_kg in rows
    }


def read_trend(connection: duckdb.DuckDBPyConnection, run: runs.Run, last_on: date) -> list[Found]:
    """Return the mean outcome by day of observation up to a day, with the units observed."""
    values = {"run": run.run, "outcome": run.brief.objective.outcome, "last_on": last_on}
    rows = connection.execute(store.statement("evaluation/trend"), values).fetchall()
    return [{"observed_on": day.isoformat(), "units": units, "level": level} for day, units, level in rows]


def write(connection: duckdb.DuckDBPyConnection, evidence: Evidence, found: Found) -> None:
    """Replace the look's rows of every table."""
    for table in TABLES:
        connection.execute(f'DELETE FROM "{table}" WHERE run = ? AND look = ?', [evidence.run.run, evidence.look])
    common = {"run": evidence.run.run, "look": evidence.look}
    _insert(connection, "evaluation", common, [found])
    common |= {"outcome": found["outcome"]}
    _insert(connection, "effect", common | {"arm": "treated"}, _effects(evidence, found))
    _insert(connection, "effect_group", common, found["groups"])
    _insert(connection, "effect_channel", common, found["channels"])
    _insert(connection, "equity", common, found["equity"])
    connection.execute("UPDATE effect SET evaluated_at = now() WHERE run = ? AND look = ?", [*common.values()][:2])


def _effects(evidence: Evidence, found: Found) -> list[Found]:
    """Return the rows of ``effect``: the objective and each measure of the whole audience, then the segments."""
    treated, holdout = found["arms"]
    whole = {
        "segment": "all",
        "persons": treated["observed_persons"],
        "households": treated["observed_households"],
        "control_persons": holdout["observed_persons"],
        "control_households": holdout["observed_households"],
        "control_level": holdout["level"],
        "unit": found["unit"],
    }
    target = {"target": evidence.run.brief.objective.target}
    measures = [whole | _flat(kpi) for kpi in found["kpis"]]
    segments = [{"unit": found["unit"], **target, **segment} for segment in found["segments"]]
    return [whole | {**_flat(treated), **_sizes(whole)} | target, *measures, *segments]


def _sizes(whole: Found) -> Found:
    return {name: whole[name] for name in ("persons", "households")}


def _flat(row: Found) -> Found:
    complier = row["complier_effect"] or {}
    told = {"complier_effect": complier.get("effect"), "complier_standard_error": complier.get("standard_error")}
    return row | told


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, common: Mapping[str, Any], rows: Sequence[Found]
) -> None:
    """Insert those figures of the rows that the table has a column for."""
    columns = [name for (name,) in connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND database_name = current_database()", [table]
    ).fetchall()]  # fmt: skip
    named = [{RENAMED.get(name, name): value for name, value in {**common, **row}.items()} for row in rows]
    kept = [name for name in columns if any(name in row for row in named)]
    if named:
        places = ", ".join([f"({', '.join('?' for _ in kept)})"] * len(named))
        values = [row.get(name) for row in named for name in kept]
        connection.execute(f'INSERT INTO "{table}" ({", ".join(kept)}) VALUES {places}', values)
