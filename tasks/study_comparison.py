"""One arm against the control group of a loaded experiment: SQL sums its clusters, the estimator does the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import duckdb

from tasks import store, study_weights
from tasks.estimate import SHARE, Bounds
from tasks.estimation.compliance import ComplierEffect, complier_effect
from tasks.estimation.intervals import Difference, less_free, rescaled
from tasks.study_covariates import Matrix
from tasks.study_estimates import Arms, Asked, Estimator

Ask = Callable[[Asked], tuple[Difference, int]]


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
    """What one arm shows: the difference, the effect on compliers where asked for, and strata that compare nothing.

    ``covariates`` are those that it was adjusted for; ``remarks`` tell why others were not, and of uneven weights.
    """

    difference: Difference
    complier: ComplierEffect | None
    left_out: int
    covariates: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


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
    _value(connection, outcome)
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
    weighted: bool = False,
) -> Found:
    """Return what the first arm shows against the second; ``sum_clusters`` has been called for the outcome.

    ``weighted`` says that rows have survey weights, which may be so uneven that few rows tell all. Raises ValueError
    where an arm has fewer than two clusters, or weights that leave too little.
    """
    uneven, told = study_weights.uneven(connection, outcome.place, arms) if weighted else ((), [])
    ask = Estimator(connection, arms, population, uneven).estimate
    covariates, remark = _covariates(connection, outcome, arms, matrix, ask) if matrix else ((), "")
    told += [remark] if remark else []
    freedom = _adjust(connection, outcome, arms, matrix.only(covariates)) if matrix and covariates else 1.0
    difference, left_out = _difference(outcome, ask, freedom, adjusted=bool(covariates))
    if not received:
        return Found(difference, None, left_out, covariates, tuple(told))
    first, _ = ask(Asked(received=True))
    scale = 1.0 if covariates else outcome.scale

    def along(slope: float) -> Difference:
        return rescaled(ask(Asked(slope=slope / scale))[0], 0.0, scale)

    return Found(difference, complier_effect(difference, first, along), left_out, covariates, tuple(told))


def _covariates(
    connection: duckdb.DuckDBPyConnection, outcome: Outcome, arms: Arms, matrix: Matrix, ask: Ask
) -> tuple[tuple[str, ...], str]:
    """Return what the two arms can be adjusted for, and a remark on what is left out.

    Where few act, or few do not, the rule for that holds alone: a regression has no interval that knows of it.
    ``study_cluster_sum`` then holds the outcome as it is.
    """
    covariates, remark = matrix.kept(outcome.place, arms)
    if covariates and not outcome.share:
        return covariates, remark
    _value(connection, outcome)
    connection.execute(store.statement("study/cluster_sums"))
    if covariates and ask(Asked(share=True, bounds=SHARE))[0].few:
        return (), "so few act, or do not, that the covariates are left out"
    return covariates, remark


def _difference(outcome: Outcome, ask: Ask, freedom: float, *, adjusted: bool) -> tuple[Difference, int]:
    if outcome.share and not adjusted:
        difference, left_out = ask(Asked(share=True, bounds=SHARE))
        return difference if outcome.bounds == SHARE else rescaled(difference, outcome.origin, outcome.scale), left_out
    difference, left_out = ask(Asked(origin=outcome.origin, bounds=outcome.bounds))
    return difference if freedom == 1 else less_free(difference, freedom), left_out


def _value(connection: duckdb.DuckDBPyConnection, outcome: Outcome) -> None:
    """Make the view ``study_value`` of the outcome as it is."""
    column = f"outcome_{outcome.place}"
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW study_value AS SELECT cluster, arm, stratum, weight, "
        f"({column} - ({outcome.origin!r})) / {outcome.scale!r} AS y, received AS d FROM study_row "
        f"WHERE {column} IS NOT NULL"
    )


def _adjust(connection: duckdb.DuckDBPyConnection, outcome: Outcome, arms: Arms, matrix: Matrix) -> float:
    """Fill ``study_cluster_sum`` with the two arms' adjusted outcomes and receipt; returns the freedom that is left."""
    adjusted, freedom = matrix.adjusted(outcome.place, outcome.origin, arms)
    connection.register("study_adjusted", adjusted)
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW study_value AS SELECT cluster, arm, stratum, weight, study_adjusted.y, "
        "study_adjusted.d FROM study_row INNER JOIN study_adjusted USING (row)"
    )
    connection.execute(store.statement("study/cluster_sums"))
    return freedom
