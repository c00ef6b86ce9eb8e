"""Everybody an experiment drew, gone through once: what was known before, what was sent, and what was observed."""

from collections.abc import Sequence
from datetime import date

import duckdb

from tasks import looks, runs, store
from tasks.area_holdout import name_pairs
from tasks.sql_words import literal, quoted
from tasks.workplace import Workplace

OBSERVED_BEFORE = "observed_before"
TRAITS = ("need", "life_situation")
GROUPS = (*TRAITS, "language", "district")
"""What people are told apart by, in the report and as margins of a survey."""


def read_people(
    connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run, *, all_are_told: bool = False
) -> None:
    """Fill ``drawn_person``, ``contact`` and ``drawn_cluster``, once for all questions of an evaluation.

    ``all_are_told``: the control group, which is told later, has got the message by then and counts as treated.
    """
    drawn_in = _waves(connection, run.run)
    values = {"run": run.run, "wave": "".join(drawn_in[:1]), "by_area": by_area(run)}
    values["all_are_told"] = all_are_told
    store.run_each(connection, "evaluation/several_waves" if len(drawn_in) > 1 else "evaluation/one_wave", values)
    name_pairs(connection, run.design.get("pairs") or ())
    read_traits(connection, workplace, run.run, _asked(run))
    for name in ("people", "contacts", "drawn_clusters"):
        store.run_each(connection, f"evaluation/{name}", values)


def observe(connection: duckdb.DuckDBPyConnection, run: runs.Run, window: looks.Window, outcome: str) -> date | None:
    """Fill ``cluster_sum`` with the newest observations of the window; returns their newest day.

    ``read_people`` has been called.
    """
    values = {"run": run.run, "outcome": outcome, "since": window.since, "due_on": window.due_on}
    values["last_on"] = window.last_on
    connection.execute(store.statement("evaluation/newest_observation"), values)
    connection.execute(store.statement("evaluation/observed_person"))
    connection.execute(store.statement("evaluation/clusters"), {"unit": run.brief.objective.unit})
    row = connection.execute("SELECT max(observed_on) FROM observed").fetchone()
    return row[0] if row else None


def level_reached(connection: duckdb.DuckDBPyConnection) -> float:
    """Return the mean outcome of everybody observed, the control group included; over areas where only they are."""
    query = "SELECT coalesce((SELECT sum(y) / nullif(sum(m), 0) FROM cluster_sum), (SELECT avg(value) FROM observed))"
    row = connection.execute(query).fetchone()
    return float(row[0]) if row else 0.0


def read_traits(
    connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str, names: Sequence[str] = TRAITS
) -> None:
    """Make ``trait``, one row per person of the experiment, of what the audience query told; empty without answers."""
    files = [workplace.run_folder(run, "answers") / f"{wave}.parquet" for wave in _waves(connection, run)]
    answers = [str(path) for path in files if path.exists()]
    told = ", ".join(f"traits['{name}'] AS {quoted(name)}" for name in names)
    source = "(SELECT '' AS person_key, MAP {'': ''} AS traits LIMIT 0)"
    if answers:
        source = f"read_parquet([{', '.join(map(literal, answers))}])"
    query = f"SELECT person_key, {told} FROM {source}"
    if len(answers) > 1:
        first = ", ".join(f"any_value({quoted(name)}) AS {quoted(name)}" for name in names)
        query = f"SELECT person_key, {first} FROM ({query}) GROUP BY person_key"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW trait AS {query}")


def read_known_before(connection: duckdb.DuckDBPyConnection, run: runs.Run, outcome: str) -> None:
    """Make ``known_before``, one row per person: the groups of the report and the covariates of the brief.

    ``earlier`` is the same with the outcome before the start alone, where that is a covariate.
    """
    source = "known_person"
    if OBSERVED_BEFORE in run.brief.covariates:
        values = {"run": run.run, "outcome": outcome, "start": looks.window(run, 1).since}
        store.run_each(connection, "evaluation/observed_before", values)
        source = "known_person INNER JOIN (SELECT number, observed_before FROM earlier) USING (number)"
    # A survey asks it again for every margin; else it is asked once, if at all.
    kind = "TABLE" if run.brief.objective.survey else "VIEW"
    connection.execute(f"CREATE OR REPLACE TEMP {kind} known_before AS FROM {source}")


def by_area(run: runs.Run) -> bool:
    """Tell whether areas were drawn, in pairs: then a pair is a stratum, and segments and channels compare nothing."""
    return bool(run.design.get("pairs"))


def _waves(connection: duckdb.DuckDBPyConnection, run: str) -> list[str]:
    """Return the waves of the experiment: those with a draw."""
    query = "SELECT DISTINCT wave FROM audience WHERE run = ? AND arm IS NOT NULL ORDER BY wave"
    return [wave for (wave,) in connection.execute(query, [run]).fetchall()]


def _asked(run: runs.Run) -> tuple[str, ...]:
    given = {"language", "district", OBSERVED_BEFORE}
    return tuple(name for name in dict.fromkeys((*GROUPS, *run.brief.covariates)) if name not in given)
