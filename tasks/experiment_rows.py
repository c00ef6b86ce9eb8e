"""What an evaluation estimates from: the people drawn, what was observed of them, and what was known before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy

from tasks import estimate, looks, runs, store
from tasks.estimation.raking import Margin, rake
from tasks.study_file import quoted
from tasks.workplace import Workplace

OBSERVED_BEFORE = "observed_before"
TRAITS = ("need", "life_situation")
GROUPS = (*TRAITS, "language", "district")
"""What people are told apart by, in the report and as margins of a survey."""
MOST_GROUPS = 30
FEWEST_ANSWERS = 5


@dataclass(frozen=True)
class Rows:
    """What ``study_row`` holds: the covariates by name, in order, and whether its weights are raked."""

    covariates: tuple[str, ...]
    raked: bool


def read_people(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run) -> None:
    """Fill ``drawn_person``, ``contact`` and ``drawn_cluster``, once for all questions of an evaluation."""
    drawn_in = _waves(connection, run.run)
    values = {"run": run.run, "wave": "".join(drawn_in[:1])}
    read_traits(connection, workplace, run.run, _asked(run))
    for name in ("several_waves" if len(drawn_in) > 1 else "one_wave", "people", "sent", "contacts", "drawn_clusters"):
        store.run_each(connection, f"evaluation/{name}", values)


def observe(connection: duckdb.DuckDBPyConnection, run: runs.Run, window: looks.Window, outcome: str) -> date | None:
    """Fill ``cluster_sum`` with the newest observations of the window; returns their newest day.

    ``read_people`` has been called.
    """
    values = {"run": run.run, "outcome": outcome, "since": window.since, "due_on": window.due_on}
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
        source = f"read_parquet([{', '.join(map(_text, answers))}])"
    query = f"SELECT person_key, {told} FROM {source}"
    if len(answers) > 1:
        first = ", ".join(f"any_value({quoted(name)}) AS {quoted(name)}" for name in names)
        query = f"SELECT person_key, {first} FROM ({query}) GROUP BY person_key"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW trait AS {query}")


def read_known_before(connection: duckdb.DuckDBPyConnection, run: runs.Run, outcome: str) -> None:
    """Make ``known_before``, one row per person: the groups of the report and the covariates of the brief.

    ``observe`` has been called for the outcome.
    """
    names = dict.fromkeys((*GROUPS, *run.brief.covariates))
    earlier = ""
    if OBSERVED_BEFORE in names:
        values = {"run": run.run, "outcome": outcome, "start": looks.window(run, 1).since}
        connection.execute(store.statement("evaluation/observed_before"), values)
        earlier = "LEFT JOIN earlier ON drawn.number = earlier.number"
    columns = ", ".join(quoted(name) for name in names)
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW known_before AS "
        f"SELECT drawn.number, drawn.cluster, drawn.arm, {columns} FROM drawn_person AS drawn {earlier}"
    )


def _waves(connection: duckdb.DuckDBPyConnection, run: str) -> list[str]:
    """Return the waves of the experiment: those with a draw."""
    query = "SELECT DISTINCT wave FROM audience WHERE run = ? AND arm IS NOT NULL ORDER BY wave"
    return [wave for (wave,) in connection.execute(query, [run]).fetchall()]


def _asked(run: runs.Run) -> tuple[str, ...]:
    given = {"language", "district", OBSERVED_BEFORE}
    return tuple(name for name in dict.fromkeys((*GROUPS, *run.brief.covariates)) if name not in given)


def _text(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"


def write_rows(connection: duckdb.DuckDBPyConnection, run: runs.Run) -> Rows:
    """Fill ``study_row`` for the estimator; ``read_known_before`` has been called."""
    connection.execute(store.statement("study/macros"))
    survey = run.brief.objective.survey
    margins = GROUPS if survey else ()
    names = tuple(dict.fromkeys(name for name in (*run.brief.covariates, *margins) if _varies(connection, name)))
    if survey:
        _write_survey(connection, run, names)
    else:
        _write_clusters(connection, names)
    return Rows(names, survey)


def _varies(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    query = f"SELECT coalesce(min({quoted(name)}) <> max({quoted(name)}), false) FROM known_before"
    return bool(connection.execute(query).fetchall()[0][0])


def _write_clusters(connection: duckdb.DuckDBPyConnection, names: tuple[str, ...]) -> None:
    """Take of a cluster the mean of numbers, of words the one of its first person."""
    numbers = [name for name in names if _is_number(connection, name)]
    told = [
        f"{'mean' if name in numbers else 'one'}.{quoted(name)} AS covariate_{place}"
        for place, name in enumerate(names)
    ]
    means = [f"avg({_number(name)}) AS {quoted(name)}" for name in numbers]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE cluster_covariate AS SELECT {', '.join(['drawn.cluster', 'drawn.arm', *told])} "
        "FROM drawn_cluster AS drawn INNER JOIN known_before AS one ON drawn.first = one.number LEFT JOIN "
        f"(SELECT {', '.join(['cluster', 'arm', *means])} FROM known_before GROUP BY cluster, arm) AS mean "
        "ON drawn.cluster = mean.cluster AND drawn.arm = mean.arm"
        if names
        else "CREATE OR REPLACE TEMP TABLE cluster_covariate AS SELECT cluster, arm FROM drawn_cluster LIMIT 0"
    )
    counted = connection.execute(
        "SELECT coalesce(segment, ''), count(*) FILTER (WHERE arm = 'treated'), "
        "count(*) FILTER (WHERE arm = 'holdout') FROM cluster_sum WHERE m > 0 GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    strata = estimate.stratum_of({segment: clusters for segment, *clusters in counted})
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE stratum AS SELECT unnest($1::VARCHAR[]) AS segment, "
        "unnest($2::VARCHAR[]) AS stratum",
        [list(strata), list(strata.values())],
    )
    connection.execute(store.statement("evaluation/rows"))


def _is_number(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    query = (
        f"SELECT bool_and(number({quoted(name)}) IS NOT NULL) FROM (SELECT DISTINCT {quoted(name)} FROM known_before) "
        f"WHERE told({quoted(name)}) IS NOT NULL"
    )
    return name == OBSERVED_BEFORE or bool(connection.execute(query).fetchall()[0][0])


def _number(name: str) -> str:
    return quoted(name) if name == OBSERVED_BEFORE else f"number({quoted(name)})"


def _write_survey(connection: duckdb.DuckDBPyConnection, run: runs.Run, names: tuple[str, ...]) -> None:
    columns = [f"{quoted(name)} AS covariate_{place}" for place, name in enumerate(names)]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE person_covariate AS SELECT {', '.join(['number', *columns])} FROM known_before"
    )
    connection.execute(store.statement("evaluation/survey_rows"), {"unit": run.brief.objective.unit})
    for arm in ("treated", "holdout"):
        _rake_arm(connection, arm, tuple(name for name in names if name in GROUPS))


def _rake_arm(connection: duckdb.DuckDBPyConnection, arm: str, names: tuple[str, ...]) -> None:
    """Weight the answers of one arm so that each margin is that of everybody drawn, both arms together."""
    found: dict[str, Any] = connection.execute(
        "SELECT row, weight FROM study_row WHERE arm = ? ORDER BY row", [arm]
    ).fetchnumpy()
    margins = [margin for name in names if (margin := _margin(connection, arm, name)) is not None]
    if len(found["row"]) < FEWEST_ANSWERS or not margins:
        return
    columns = [found["row"], rake(margins, numpy.asarray(found["weight"], dtype=float))]
    connection.execute(
        "UPDATE study_row SET weight = raked.weight FROM (SELECT unnest($1::BIGINT[]) AS row, "
        "unnest($2::DOUBLE[]) AS weight) AS raked WHERE study_row.row = raked.row",
        [column.tolist() for column in columns],
    )


def _margin(connection: duckdb.DuckDBPyConnection, arm: str, name: str) -> Margin | None:
    """Return one margin over an arm's rows; groups with few answers count as one, None where only one is left."""
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW margin AS SELECT number, coalesce({quoted(name)}, '') AS group_name "
        "FROM known_before"
    )
    connection.execute(store.statement("evaluation/margin"), {"arm": arm, "fewest": FEWEST_ANSWERS})
    shares = [
        share
        for (share,) in connection.execute(
            "SELECT count(*) / sum(count(*)) OVER () FROM margin_person GROUP BY place ORDER BY place"
        ).fetchall()
    ]
    if not 1 < len(shares) <= MOST_GROUPS:
        return None
    rows = connection.execute(
        "SELECT margin_person.place FROM study_row INNER JOIN margin_person "
        "ON study_row.unit = margin_person.number WHERE study_row.arm = ? ORDER BY study_row.row",
        [arm],
    ).fetchall()
    return Margin(numpy.array([place for (place,) in rows], dtype=numpy.int64), numpy.array(shares))
