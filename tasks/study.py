"""An experiment run elsewhere, from a file: the same estimator, the same refusals. Nothing of it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb

from tasks import store, study_clusters, study_covariates, study_file, study_losses, study_roles, study_sizes
from tasks.estimation.holm import holm
from tasks.estimation.sample_ratio import UNLIKELY, shares_p
from tasks.estimation.shrinkage import shrink
from tasks.study_arms import Arm, control_of, design_effect, drawn_shares
from tasks.study_comparison import Found, Outcome, compare_arms, describe, sum_clusters
from tasks.study_covariates import Matrix
from tasks.study_file import Question

Answer = dict[str, Any]
SHOWN = 0.05
SHOWN_ARMS = 30
FEW_CLUSTERS = 30
UNCHECKED = (
    "nobody has checked that the arms were drawn by lot, and without a draw this is no effect: give --shares with what "
    "was drawn and --covariates with what was known before"
)
NO_FIGURES: Answer = dict.fromkeys(
    ("effect", "se", "ci_low", "ci_high", "p", "p_adjusted", "ratio", "ratio_low", "ratio_high")
) | {"verdict": "not_shown", "complier_effect": None, "shrunken": None}


def study(question: Question) -> Answer:
    """Return what ``--json`` prints: effects of every arm against the control group, or why they are refused.

    Raises InputError where the file, a column, a cell or the shares cannot be used.
    """
    study_roles.require_roles(question)
    with duckdb.connect() as connection:
        remarks = study_file.load(connection, question)
        study_sizes.require_measurable(connection, question)
        remarks += study_clusters.join_by_unit(connection)
        arms = [Arm(*row) for row in connection.execute(store.statement("study/arms")).fetchall()]
        control = control_of(question, [arm.name for arm in arms])
        emptied = _emptied(question, [arm.name for arm in arms])
        shares = drawn_shares(question, [*(arm.name for arm in arms), *emptied])
        answer: Answer = {"control": control, "n": 0, "srm_p": None, "balance_p": None, "claim": "refused"}
        answer |= {"reason": None, "control_n": None, "control_mean": None}
        answer |= {"clusters": _count(connection, "cluster"), "arms": [], "warnings": remarks}
        if shares:
            units = {arm.name: arm.units for arm in arms} | dict.fromkeys(emptied, 0)
            answer["srm_p"] = shares_p(units, shares, design_effect(arms))
        matrix = None
        if question.covariates and len(arms) > 1:
            names = [arm.name for arm in arms]
            matrix, more = study_covariates.read(connection, question.covariates, names, len(question.outcomes))
            answer["balance_p"] = matrix.balance()
            remarks += more
        remarks += _told_of_rows(arms, answer["clusters"], _count(connection, "unit"))
        remarks += _told_of_arms(control, arms, emptied)
        answer["reason"] = "srm" if emptied else _refusal(connection, arms, answer)
        _fill(connection, question, arms, answer, matrix)
        unchecked = answer["reason"] is None and not question.shares and not question.covariates
        answer["warnings"] += [UNCHECKED] if unchecked else []
    return answer


def _emptied(question: Question, names: Sequence[str]) -> list[str]:
    """Return the arms that were drawn with a share but have no row: all of theirs were lost."""
    drawn = (name for name, share in question.shares.items() if share > 0)
    return [name for name in drawn if control_of(replace(question, control=name), names) is None]


def _count(connection: duckdb.DuckDBPyConnection, column: str) -> int:
    return int(connection.execute(f"SELECT count(DISTINCT {column}) FROM study_row").fetchall()[0][0])


def _told_of_rows(arms: Sequence[Arm], clusters: int, units: int) -> list[str]:
    told = []
    if sum(arm.rows for arm in arms) > units:
        told.append("some units stand in several rows: every row is an observation, clustered by unit")
    if 0 < clusters < FEW_CLUSTERS:
        told.append(f"{clusters} clusters are few: intervals are Student's t and may still be too narrow")
    return told


def _told_of_arms(control: str | None, arms: Sequence[Arm], emptied: Sequence[str]) -> list[str]:
    told = [f"no row is left of arm {name!r}, which was drawn" for name in emptied]
    names = ", ".join(repr(arm.name) for arm in arms[:SHOWN_ARMS])
    return told if control else [*told, f"the arms are called {names}"]


def _refusal(connection: duckdb.DuckDBPyConnection, arms: Sequence[Arm], answer: Answer) -> str | None:
    if answer["control"] is None or len(arms) < 2:
        return "no_control"
    split = "SELECT 1 FROM study_row GROUP BY unit HAVING min(arm) <> max(arm) LIMIT 1"
    if connection.execute(split).fetchone():
        return "unit_in_two_arms"
    if answer["srm_p"] is not None and answer["srm_p"] < UNLIKELY:
        return "srm"
    return "imbalance" if answer["balance_p"] is not None and answer["balance_p"] < UNLIKELY else None


def _fill(
    connection: duckdb.DuckDBPyConnection,
    question: Question,
    arms: Sequence[Arm],
    answer: Answer,
    matrix: Matrix | None,
) -> None:
    """Add every outcome of every arm; figures only where nothing is refused. Holm's adjustment is over them all."""
    levels = _levels(connection, len(question.outcomes))
    control = answer["control"]
    for place, name in enumerate(question.outcomes):
        sizes = {arm.name: levels.get((place, arm.name), (0, None)) for arm in arms}
        outcome = describe(connection, place)
        answer["warnings"] += study_losses.of_outcome(connection, place, name) if outcome and outcome.missing else []
        asked = outcome if answer["reason"] is None else None
        found = _effects(connection, asked, control, sizes, matrix, question, answer) if asked else {}
        shrunken = _shrunken(found)
        answer["arms"] += [
            {"arm": arm, "outcome": name, "n": size, "mean": mean, **_figures(found.get(arm), shrunken.get(arm))}
            for arm, (size, mean) in sizes.items()
            if arm != control
        ]
        if place == 0:
            answer["control_n"], answer["control_mean"] = sizes.get(control, (None, None))
            answer["n"] = sum(size for size, _ in sizes.values())
    _conclude(answer)


def _levels(connection: duckdb.DuckDBPyConnection, outcomes: int) -> dict[tuple[int, str], tuple[int, float]]:
    """Return, by outcome and arm, how many units have one, and their mean, weighted as asked."""
    return {
        (place, arm): (units, mean)
        for place in range(outcomes)
        for arm, units, mean in connection.execute(
            f"SELECT arm, count(DISTINCT unit), sum(weight * outcome_{place}) / sum(weight) FROM study_row "
            f"WHERE outcome_{place} IS NOT NULL GROUP BY arm"
        ).fetchall()
    }


def _effects(
    connection: duckdb.DuckDBPyConnection,
    outcome: Outcome,
    control: str,
    sizes: Mapping[str, tuple[int, float | None]],
    matrix: Matrix | None,
    question: Question,
    answer: Answer,
) -> dict[str, Found]:
    """Return what each arm shows that has enough clusters; the others are told of."""
    population = sum_clusters(connection, outcome, adjusted=matrix is not None)
    found = {}
    for arm in (name for name in sizes if name != control):
        try:
            asked = {"received": question.received is not None, "weighted": question.weight is not None}
            one = compare_arms(connection, outcome, (arm, control), population, matrix, **asked)
        except ValueError as error:
            answer["warnings"].append(f"arm {arm!r}: {error}")
            continue
        found[arm] = one
        answer["warnings"] += [f"arm {arm!r}: {remark}" for remark in one.remarks]
        if one.left_out:
            answer["warnings"].append(f"arm {arm!r}: {one.left_out} strata have only one of the two arms")
        if question.received and one.complier is None:
            answer["warnings"].append(f"arm {arm!r}: the draw hardly changed who received it, so no complier effect")
    return found


def _shrunken(found: Mapping[str, Found]) -> dict[str, float]:
    """Return the effects drawn towards what the arms have in common: the best one is partly the luckiest."""
    if not found:
        return {}
    differences = [one.difference for one in found.values()]
    drawn = shrink([one.estimate for one in differences], [one.level_variance for one in differences])
    return {arm: one.estimate for arm, one in zip(found, drawn, strict=True)}


def _figures(found: Found | None, shrunken: float | None) -> Answer:
    if found is None:
        return dict(NO_FIGURES)
    one, complier = found.difference, found.complier
    figures = {"effect": one.estimate, "se": one.standard_error, "ci_low": one.low, "ci_high": one.high, "p": one.p}
    ratios = {"ratio": one.ratio, "ratio_low": one.ratio_low, "ratio_high": one.ratio_high}
    effect = {"effect": complier.effect, "se": complier.standard_error} if complier else None
    return NO_FIGURES | figures | ratios | {"complier_effect": effect, "shrunken": shrunken}


def _conclude(answer: Answer) -> None:
    shown = [arm for arm in answer["arms"] if arm["p"] is not None]
    for arm, adjusted in zip(shown, holm([arm["p"] for arm in shown]), strict=True):
        arm["p_adjusted"] = adjusted
        if adjusted < SHOWN:
            arm["verdict"] = "better" if arm["effect"] > 0 else "worse"
    if answer["reason"] is None and not shown:
        answer["reason"] = "too_few"
    if answer["reason"] is None:
        answer["claim"] = "no_effect_shown" if all(arm["verdict"] == "not_shown" for arm in shown) else "effect"
