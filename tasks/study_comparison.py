"""One arm against the control group of a loaded experiment: SQL sums its clusters, the estimator does the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import duckdb

from tasks import store
from tasks.estimate import SHARE, Bounds, Sums, compare
from tasks.estimation import strata as strata_of
from tasks.estimation.compliance import ComplierEffect, complier_effect
from tasks.estimation.intervals import Difference, Part, rescaled
from tasks.study_covariates import Matrix

Arms = tuple[str, str]
CROSSING = """
SELECT coalesce(bool_or(first_arm <> last_arm), false) AS shared, coalesce(bool_or(cells > 1), false) AS crossing
FROM (
    SELECT count(*) AS cells, min(arm) AS first_arm, max(arm) AS last_arm
    FROM study_cluster_sum WHERE arm IN (?, ?) GROUP BY cluster
)
"""


@dataclass(frozen=True)
class Outcome:
    """One outcome of the experiment: its place among those asked for, and what its values are.

    ``origin`` is taken off before anything is squared, so that a large mean costs no precision. ``bounds`` are its
    least and greatest value; where there is none between them, it is estimated as the share that has the greatest.
    """

    place: int
    share: bool
    origin: float
    missing: int
    bounds: Bounds = SHARE

    @property
    def scale(self) -> float:
        """What 1 of a share stands for: other than 1 where yes and no are written with other numbers."""
        return self.bounds[1] - self.bounds[0] if self.share else 1.0


@dataclass(frozen=True)
class Found:
    """What one arm shows: the difference, the effect on compliers where asked for, and strata that compare nothing."""

    difference: Difference
    complier: ComplierEffect | None
    left_out: int


def describe(connection: duckdb.DuckDBPyConnection, place: int) -> Outcome | None:
    """Return what the outcome is like; None where nobody has one."""
    column = f"outcome_{place}"
    known, missing, low, high, mean = connection.execute(
        f"SELECT count({column}), count(*) - count({column}), min({column}), max({column}), "
        f"sum(weight * {column}) / sum(weight) FILTER ({column} IS NOT NULL) FROM study_row"
    ).fetchall()[0]
    if not known:
        return None
    ((between,),) = connection.execute(
        f"SELECT count(*) FROM study_row WHERE {column} > ? AND {column} < ?", [low, high]
    ).fetchall()
    bounds = SHARE if {low, high} <= set(SHARE) else (low, high)
    share = not between and bounds[0] < bounds[1]
    return Outcome(place, share, bounds[0] if share else float(mean), missing, bounds)


def sum_clusters(
    connection: duckdb.DuckDBPyConnection, outcome: Outcome, *, adjusted: bool = False
) -> Mapping[str, float]:
    """Return how many units each stratum has, and fill ``study_cluster_sum`` with the outcome as it is.

    Where it is to be ``adjusted``, each arm fills that table itself.
    """
    column = f"outcome_{outcome.place}"
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW study_value AS SELECT cluster, arm, stratum, weight, "
        f"({column} - ({outcome.origin!r})) / {outcome.scale!r} AS y, received AS d FROM study_row "
        f"WHERE {column} IS NOT NULL"
    )
    if not adjusted:
        connection.execute(store.statement("study/cluster_sums"))
    return dict(connection.execute("SELECT stratum, sum(weight) FROM study_value GROUP BY stratum").fetchall())


def compare_arms(
    connection: duckdb.DuckDBPyConnection,
    outcome: Outcome,
    arms: Arms,
    population: Mapping[str, float],
    matrix: Matrix | None,
    *,
    received: bool,
) -> Found:
    """Return what the first arm shows against the second; ``sum_clusters`` has been called for the outcome.

    Raises ValueError where an arm has fewer than two clusters.
    """
    if matrix is not None:
        _adjust(connection, outcome, arms, matrix)
    shared, crossing = connection.execute(CROSSING, [*arms]).fetchall()[0]
    estimate = _joint if crossing else _stratified
    ask = partial(estimate, connection, arms, population, shared)
    share, origin = outcome.share and matrix is None, outcome.origin
    if share:
        difference, left_out = ask(True, 0.0, SHARE, 0.0, False)
        difference = difference if outcome.bounds == SHARE else rescaled(difference, origin, outcome.scale)
    else:
        difference, left_out = ask(False, origin, outcome.bounds, 0.0, False)
    if not received:
        return Found(difference, None, left_out)
    first, _ = ask(False, 0.0, None, 0.0, True)
    scale = outcome.scale if matrix is None else 1.0
    complier = complier_effect(
        difference, first, lambda slope: rescaled(ask(False, 0.0, None, slope / scale, False)[0], 0.0, scale)
    )
    return Found(difference, complier, left_out)


def _adjust(connection: duckdb.DuckDBPyConnection, outcome: Outcome, arms: Arms, matrix: Matrix) -> None:
    """Fill ``study_cluster_sum`` with the two arms' adjusted outcomes and adjusted receipt."""
    adjusted = matrix.adjusted(outcome.place, outcome.origin, arms)
    connection.register("study_adjusted", adjusted)
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW study_value AS SELECT cluster, arm, stratum, weight, study_adjusted.y, "
        "study_adjusted.d FROM study_row INNER JOIN study_adjusted USING (row)"
    )
    connection.execute(store.statement("study/cluster_sums"))


def _sums(
    connection: duckdb.DuckDBPyConnection, arms: Arms, slope: float, received: bool
) -> tuple[dict[str, Sums], dict[str, Sums]]:
    values = {"treated": arms[0], "control": arms[1], "slope": slope, "received": received}
    rows = connection.execute(store.statement("study/sums"), values).fetchall()
    treated, control = ({row[0]: Sums(*row[2:]) for row in rows if row[1] == arm} for arm in arms)
    return treated, control


def _stratified(
    connection: duckdb.DuckDBPyConnection,
    arms: Arms,
    population: Mapping[str, float],
    shared: bool,
    share: bool,
    origin: float,
    bounds: Bounds | None,
    slope: float,
    received: bool,
) -> tuple[Difference, int]:
    strata = strata_of.comparable(*_sums(connection, arms, slope, received), population)
    return strata_of.difference(strata, share=share, origin=origin, bounds=bounds), strata.left_out


def _joint(
    connection: duckdb.DuckDBPyConnection,
    arms: Arms,
    population: Mapping[str, float],
    shared: bool,
    share: bool,
    origin: float,
    bounds: Bounds | None,
    slope: float,
    received: bool,
) -> tuple[Difference, int]:
    """Estimate where a cluster has members in both arms or in several strata: its scores are summed first."""
    sums = _sums(connection, arms, slope, received)
    names = sorted(set(sums[0]) & set(sums[1]))
    if not names:
        raise ValueError("no stratum has both arms")
    weights = [population[name] / sum(population[other] for other in names) for name in names]
    levels = [
        (arm, name, one[name].mean, sign * weight / one[name].units)
        for arm, one, sign in zip(arms, sums, (1, -1), strict=True)
        for name, weight in zip(names, weights, strict=True)
    ]
    parts = _score_parts(connection, levels, shared, slope, received)
    pairs = [(sums[0][name], sums[1][name]) for name in names]
    found = compare(pairs, weights, share=share, parts=parts, origin=origin)
    found = found if shared else replace(found, level_variance=parts[0].variance)
    return found, len(set(sums[0]) | set(sums[1])) - len(names)


def _score_parts(
    connection: duckdb.DuckDBPyConnection,
    levels: list[tuple[str, str, float, float]],
    shared: bool,
    slope: float,
    received: bool,
) -> list[Part]:
    columns = [list(column) for column in zip(*levels, strict=True)]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE study_level AS SELECT unnest($1::VARCHAR[]) AS arm, "
        "unnest($2::VARCHAR[]) AS stratum, unnest($3::DOUBLE[]) AS level, unnest($4::DOUBLE[]) AS scale",
        columns,
    )
    values = {"joint": shared, "slope": slope, "received": received}
    rows = connection.execute(store.statement("study/scores"), values).fetchall()
    if min(clusters for _, clusters, _ in rows) < 2:
        raise ValueError("an arm has fewer than two clusters with an outcome")
    order = sorted(rows, key=lambda row: row[0] != levels[0][0])
    return [Part(squares * clusters / (clusters - 1), clusters - 1) for _, clusters, squares in order]
