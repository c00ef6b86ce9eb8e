"""The effect on everybody the message was meant for, of the objective and of every measure, through the one engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import duckdb

from campaigns.errors import Refused
from tasks import runs, study_covariates
from tasks.disclosure import SMALLEST_CELL, share_tells_few
from tasks.estimation.compliance import ComplierEffect
from tasks.estimation.holm import holm
from tasks.estimation.intervals import Difference
from tasks.estimation.sample_ratio import UNLIKELY
from tasks.experiment_rows import Rows
from tasks.study_comparison import Outcome, compare_arms, sum_clusters

NOTHING_KNOWN = Rows((), False)
ARMS = ("treated", "holdout")


@dataclass(frozen=True)
class Observed:
    """What was observed of one arm: units of analysis, the sum of their outcomes, persons and households."""

    units: float = 0.0
    total: float = 0.0
    persons: int = 0
    households: int = 0


@dataclass(frozen=True)
class ArmEffect:
    """One outcome of everybody drawn; no difference where fewer than ten households of an arm were observed.

    ``clusters`` were observed. ``balance_p`` tells whether arms so unlike in the covariates were drawn.
    ``observed`` is by arm.
    """

    outcome: str
    share: bool
    clusters: int
    difference: Difference | None = None
    complier: ComplierEffect | None = None
    balance_p: float | None = None
    rows: Rows = NOTHING_KNOWN
    observed: Mapping[str, Observed] = field(default_factory=dict)

    @property
    def few(self) -> bool:
        """Tell whether the level of an arm would tell that fewer than ten did something, or did not."""
        return self.share and any(share_tells_few(arm.total, arm.units) for arm in self.observed.values())

    @property
    def sizes(self) -> dict[str, int]:
        """Return the observed persons and households of both arms, as the table of effects names them."""
        treated, control = (self.observed.get(arm, Observed()) for arm in ARMS)
        return {
            "persons": treated.persons, "households": treated.households,
            "control_persons": control.persons, "control_households": control.households,
        }  # fmt: skip


def estimate_arm(connection: duckdb.DuckDBPyConnection, run: runs.Run, outcome: str, rows: Rows) -> ArmEffect:
    """Estimate one outcome from ``study_row``; raises Refused where the covariates say that the arms were not drawn."""
    clusters, share, mean, received = connection.execute(
        "SELECT count(DISTINCT cluster), coalesce(bool_and(outcome_0 BETWEEN 0 AND 1), false), "
        "coalesce(sum(weight * outcome_0) / sum(weight), 0), coalesce(max(received), 0) FROM study_row"
    ).fetchall()[0]
    plain = ArmEffect(outcome, share, clusters, rows=rows, observed=_observed(connection))
    if min(plain.sizes["households"], plain.sizes["control_households"]) < SMALLEST_CELL:
        return plain  # beside the other arm's figures the difference would give persons away
    asked = Outcome(0, share, 0.0 if share else float(mean), 0)
    matrix = None
    if rows.covariates and clusters:
        matrix = study_covariates.read(connection, rows.covariates, ARMS, 1)[0]
        # The margins that answers are raked to are their residuals' too, however few the answers.
        matrix = replace(matrix, bounded=not rows.raked) if matrix.covariates.shape[1] else None
    balance_p = None if matrix is None or rows.raked else matrix.balance()
    _refuse_unlike(run, balance_p)
    population = sum_clusters(connection, asked, adjusted=matrix is not None)
    try:
        found = compare_arms(connection, asked, ARMS, population, matrix, received=received > 0)
    except ValueError:
        return plain
    known = Rows(found.covariates, rows.raked)
    return replace(plain, difference=found.difference, complier=found.complier, balance_p=balance_p, rows=known)


def _observed(connection: duckdb.DuckDBPyConnection) -> dict[str, Observed]:
    """Return what was observed of each arm that was drawn."""
    rows = connection.execute(
        "SELECT arm, sum(m)::DOUBLE, sum(y)::DOUBLE, sum(observed_persons)::BIGINT, sum(observed_households)::BIGINT "
        "FROM cluster_sum GROUP BY arm"
    ).fetchall()
    return {arm: Observed(*(figure or 0 for figure in figures)) for arm, *figures in rows}


def adjusted_p(effects: Sequence[ArmEffect]) -> list[float | None]:
    """Return each outcome's p value adjusted for being one of several (Holm); None where there is no difference."""
    values = [effect.difference.p for effect in effects if effect.difference]
    adjusted = iter(holm(values))
    return [next(adjusted) if effect.difference else None for effect in effects]


def _refuse_unlike(run: runs.Run, balance_p: float | None) -> None:
    if balance_p is not None and balance_p < UNLIKELY:
        raise Refused(
            f"the arms differ in what was known before ({', '.join(run.brief.covariates)}) more than a draw makes "
            f"them, p = {balance_p:.1g}, so rows are lost or the draw was changed",
            where=run.run,
            remedy="find where the arms came apart (audience.arm by covariate) before anything is concluded.",
        )
