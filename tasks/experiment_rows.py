"""What an evaluation estimates from: the people drawn, what was observed of them, and what was known before."""

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
GROUPS = ("need", "life_situation", "language", "district")
"""What people are told apart by, in the report and as margins of a survey."""
MOST_GROUPS = 30
FEWEST_ANSWERS = 5


@dataclass(frozen=True)
class Rows:
    """What ``study_row`` holds: the covariates by name, in order, and whether its weights are raked."""

    covariates: tuple[str, ...]
    raked: bool


def observe(connection: duckdb.DuckDBPyConnection, run: runs.Run, window: looks.Window, outcome: str) -> date | None:
    """Fill ``drawn_person`` and ``cluster_sum`` with the newest observation of the window; returns its newest day."""
    values = {"run": run.run, "outcome": outcome, "since": window.since, "due_on": window.due_on}
    connection.execute(store.statement("evaluation/newest_observation"), values)
    connection.execute(store.statement("evaluation/drawn"), {"run": run.run})
    connection.execute(store.statement("evaluation/clusters"), {"unit": run.brief.objective.unit})
    row = connection.execute("SELECT max(observed_on) FROM observed").fetchone()
    return row[0] if row else None


def level_reached(connection: duckdb.DuckDBPyConnection) -> float:
    """Return the mean outcome of everybody observed, the control group included; over areas where only they are."""
    query = "SELECT coalesce((SELECT sum(y) / nullif(sum(m), 0) FROM cluster_sum), (SELECT avg(value) FROM observed))"
    row = connection.execute(query).fetchone()
    return float(row[0]) if row else 0.0


def read_traits(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str) -> None:
    """Fill ``trait`` with what the audience query told of each person of the experiment; empty without its answers."""
    waves = connection.execute(
        "SELECT DISTINCT wave FROM audience WHERE run = ? AND arm IS NOT NULL ORDER BY wave", [run]
    ).fetchall()
    files = [workplace.run_folder(run, "answers") / f"{wave}.parquet" for (wave,) in waves]
    answers = [str(path) for path in files if path.exists()]
    connection.execute("CREATE OR REPLACE TEMP TABLE trait (person_key VARCHAR, traits MAP(VARCHAR, VARCHAR))")
    if answers:
        connection.execute(
            "INSERT INTO trait SELECT person_key, any_value(traits) FROM read_parquet(?) GROUP BY person_key", [answers]
        )


def read_known_before(connection: duckdb.DuckDBPyConnection, run: runs.Run, outcome: str) -> None:
    """Fill ``known_before``, one row per person: the groups of the report and the covariates of the brief, as text.

    ``observe`` has been called for the outcome, ``read_traits`` for the run.
    """
    given = {"language": 'drawn."language"', "district": "person.district", OBSERVED_BEFORE: "earlier.observed_before"}
    names = dict.fromkeys((*GROUPS, *run.brief.covariates))
    columns = [f"{given.get(name, _trait(name))} AS {quoted(name)}" for name in names]
    earlier = ""
    if OBSERVED_BEFORE in names:
        values = {"run": run.run, "outcome": outcome, "start": looks.window(run, 1).since}
        connection.execute(store.statement("evaluation/observed_before"), values)
        earlier = "LEFT JOIN earlier ON drawn.person_key = earlier.person_key"
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE known_before AS "
        f"SELECT drawn.person_key, drawn.cluster_key, drawn.arm, {', '.join(columns)} FROM drawn_person AS drawn "
        "LEFT JOIN person ON drawn.kind = person.kind AND drawn.person_key = person.person_key "
        f"LEFT JOIN trait ON drawn.person_key = trait.person_key {earlier}"
    )


def _trait(name: str) -> str:
    return f"trait.traits['{name}']"


def write_rows(connection: duckdb.DuckDBPyConnection, run: runs.Run) -> Rows:
    """Fill ``study_row`` for the estimator; ``read_known_before`` has been called."""
    connection.execute(store.statement("study/macros"))
    connection.execute(store.statement("evaluation/reached"), {"run": run.run})
    survey = run.brief.objective.survey
    margins = GROUPS if survey else ()
    names = tuple(dict.fromkeys(name for name in (*run.brief.covariates, *margins) if _varies(connection, name)))
    if survey:
        _write_survey(connection, run, names)
    else:
        _write_clusters(connection, names)
    return Rows(names, survey)


def _varies(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    query = f"SELECT count(DISTINCT {quoted(name)}) > 1 FROM known_before"
    return bool(connection.execute(query).fetchall()[0][0])


def _write_clusters(connection: duckdb.DuckDBPyConnection, names: tuple[str, ...]) -> None:
    columns = [f"{_of_cluster(connection, name)} AS covariate_{place}" for place, name in enumerate(names)]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE cluster_covariate AS SELECT {', '.join(['cluster_key', 'arm', *columns])} "
        f"FROM {'known_before' if names else 'cluster_sum LIMIT 0'} {'GROUP BY cluster_key, arm' if names else ''}"
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


def _of_cluster(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """Return the SQL of a covariate of a cluster: the mean of numbers, of words the one of its first person."""
    column = quoted(name)
    query = f"SELECT bool_and(number({column}) IS NOT NULL) FROM known_before WHERE told({column}) IS NOT NULL"
    numbers = connection.execute(query).fetchall()[0][0]
    return f"CAST(avg(number({column})) AS VARCHAR)" if numbers else f"arg_min({column}, person_key)"


def _write_survey(connection: duckdb.DuckDBPyConnection, run: runs.Run, names: tuple[str, ...]) -> None:
    columns = [f"{quoted(name)} AS covariate_{place}" for place, name in enumerate(names)]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE person_covariate AS SELECT {', '.join(['person_key', *columns])} "
        "FROM known_before"
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
        f"CREATE OR REPLACE TEMP VIEW margin AS SELECT person_key, coalesce({quoted(name)}, '') AS group_name "
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
        "ON study_row.unit = margin_person.person_key WHERE study_row.arm = ? ORDER BY study_row.row",
        [arm],
    ).fetchall()
    return Margin(numpy.array([place for (place,) in rows], dtype=numpy.int64), numpy.array(shares))
