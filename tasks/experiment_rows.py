"""The rows that an evaluation estimates from, with covariates of clusters and the weights of a survey."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy

from tasks import estimate, runs, store
from tasks.drawn_people import GROUPS, OBSERVED_BEFORE, by_area
from tasks.estimation.raking import Margin, rake
from tasks.sql_words import quoted

MOST_GROUPS = 30
FEWEST_ANSWERS = 5


@dataclass(frozen=True)
class Rows:
    """What ``study_row`` holds: the covariates by name, in order, and whether its weights are raked."""

    covariates: tuple[str, ...]
    raked: bool


def write_rows(connection: duckdb.DuckDBPyConnection, run: runs.Run) -> Rows:
    """Fill ``study_row`` for the estimator; ``read_known_before`` has been called."""
    connection.execute(store.statement("study/macros"))
    survey = run.brief.objective.survey
    if survey:
        names = _varying(connection, (*run.brief.covariates, *GROUPS), "known_before")
        _write_survey(connection, run, names)
    else:
        _write_known(connection, tuple(dict.fromkeys(run.brief.covariates)))
        names = _varying(connection, run.brief.covariates, "cluster_known")
        _write_clusters(connection, names, joined=not by_area(run))
    return Rows(names, survey)


def _varying(connection: duckdb.DuckDBPyConnection, names: Sequence[str], table: str) -> tuple[str, ...]:
    """Return those of the covariates that are not the same for everybody."""
    once = tuple(dict.fromkeys(names))
    told = ", ".join(f"coalesce(min({quoted(name)}) <> max({quoted(name)}), false)" for name in once)
    found = connection.execute(f"SELECT {told} FROM {table}").fetchall()[0] if once else ()
    return tuple(name for name, varies in zip(once, found, strict=True) if varies)


def _write_known(connection: duckdb.DuckDBPyConnection, names: tuple[str, ...]) -> None:
    """Fill ``cluster_known``: of a cluster the mean of numbers, of words the one of its first person."""
    numbers = [name for name in names if _is_number(connection, name)]
    columns = [f"{'mean' if name in numbers else 'drawn'}.{quoted(name)}" for name in names]
    query = f"SELECT {', '.join(['drawn.cluster', 'drawn.arm', *columns])} FROM drawn_cluster AS drawn"
    if numbers:
        means = ", ".join(f"avg({_number(name)}) AS {quoted(name)}" for name in numbers)
        source = "earlier" if numbers == [OBSERVED_BEFORE] else "known_before"
        query += (
            f" LEFT JOIN (SELECT cluster, arm, {means} FROM {source} GROUP BY cluster, arm) AS mean "
            "ON drawn.cluster = mean.cluster AND drawn.arm = mean.arm"
        )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE cluster_known AS {query}{'' if names else ' LIMIT 0'}")


def _write_clusters(connection: duckdb.DuckDBPyConnection, names: tuple[str, ...], *, joined: bool) -> None:
    told = [f"{quoted(name)} AS covariate_{place}" for place, name in enumerate(names)]
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW cluster_covariate AS SELECT {', '.join(['cluster', 'arm', *told])} "
        "FROM cluster_known"
    )
    counted = connection.execute(
        "SELECT coalesce(segment, ''), count(*) FILTER (WHERE arm = 'treated'), "
        "count(*) FILTER (WHERE arm = 'holdout') FROM cluster_sum WHERE m > 0 GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    counted_by = {segment: clusters for segment, *clusters in counted}
    strata = estimate.stratum_of(counted_by) if joined else dict(zip(counted_by, counted_by, strict=True))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE stratum AS SELECT unnest($1::VARCHAR[]) AS segment, "
        "unnest($2::VARCHAR[]) AS stratum",
        [list(strata), list(strata.values())],
    )
    connection.execute(store.statement("evaluation/rows"))


def _is_number(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    # Materialised, so that each value is read once and not once per cluster.
    query = (
        f"WITH found AS MATERIALIZED (SELECT DISTINCT {quoted(name)} FROM drawn_cluster) "
        f"SELECT bool_and(number({quoted(name)}) IS NOT NULL) FROM found WHERE told({quoted(name)}) IS NOT NULL"
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
