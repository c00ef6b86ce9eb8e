"""An evaluation's answer as readers may be told it: where few acted, effects in steps and nothing that tells more.

Pure: answers in, answers out. The kept answer and the tables hold every figure; page, letter, lessons, views and what
the command prints go through here, or through the column ``step`` that :func:`family_steps` and ``step_of`` fill.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.disclosure import SMALLEST_CELL, share_tells_few
from tasks.effect_steps import EXACT, NOTHING, blurred, outwards, rounded, step_of

Found = dict[str, Any]
Counts = tuple[float, float]
"""Units that acted, and all units, of one arm."""
SHOWN = 0.05
BEFORE, LITTLE_POWER, MISSING, UNEVEN = "told_before", "little_power", "missing", "differential_attrition"
OF_FEW = "_of_few"
FINER = (
    "standard_error", "p_adjusted", "ratio", "ratio_low", "ratio_high", "look_low", "look_high", "anytime_low",
    "anytime_high", "complier_effect",
)  # fmt: skip
OF_GROUPS = (
    "effect", "standard_error", "ci_low", "ci_high", "p", "p_adjusted", "gap", "gap_p_adjusted", "level",
    "control_level", "sek_per_result",
)  # fmt: skip
SIZES = ("clusters", "households", "persons", "observed_households", "observed_persons")


def family_steps(counts: Sequence[tuple[Counts, Counts]], whole: tuple[Counts, Counts] | None = None) -> list[float]:
    """Return the step of each group; where one of them is few, the others are blurred too, so that none is subtracted.

    ``counts`` are of both arms of each group, ``whole`` of everybody: who is in no group counts as one group more.
    """
    steps = [step_of(*arms, normal=True) for arms in counts]
    left = [] if whole is None else [_left(whole[arm], [group[arm] for group in counts]) for arm in (0, 1)]
    if not any(steps) and not any(share_tells_few(*arm) for arm in left):
        return steps
    sizes = [(treated[1], control[1]) for treated, control in counts]
    return [max(step, blurred(*size)) for step, size in zip(steps, sizes, strict=True)]


def _left(whole: Counts, groups: Sequence[Counts]) -> Counts:
    acted, units = (whole[place] - sum(group[place] for group in groups) for place in (0, 1))
    return round(acted, 6), round(units, 6)


def told(found: Found) -> Found:
    """Return an answer as a report may tell it."""
    treated, holdout = found["arms"]
    few = bool(found["share"]) and any(arm.get("few") for arm in found["arms"])
    step = step_in(treated, few)
    arms = [coarse(treated, step), holdout]
    objective = found["objective"]
    if few or (found["share"] and objective.get("few")):
        arms, objective = [arm | {"level": None} for arm in arms], objective | {"reached": None, "few": True}
    parts = {
        "kpis": [coarse(row, step_in(row, bool(row["share"] and row.get("few")))) for row in found["kpis"]],
        "trend": [row for row in found["trend"] if not (found["share"] and _tells_few(row))],
        "doubts": [_doubt(each, step, found["arms"]) for each in found.get("doubts", [])],
    }
    basis = dict.fromkeys(("minimum_detectable_effect", "power", "balance_p")) if step else {}
    known = {name: value for name, value in parts.items() if name in found}
    return found | {"arms": arms, "objective": objective} | known | basis | _groups(found)


def answered(found: Found) -> Found:
    """Return an answer as the command prints it: as a report tells it, without counts and levels that a page hides."""
    shown = told(found)
    arms = [_counted(arm) for arm in shown["arms"]]
    kpis = [row | dict.fromkeys(("level", "control_level")) if row.get("step") else row for row in shown["kpis"]]
    return shown | {"arms": arms, "kpis": kpis}


def step_in(row: Mapping[str, Any], few: bool) -> float:
    """Return the step that a row was kept with; one kept before steps were tells nothing where few acted."""
    step = row.get("step")
    return (NOTHING if few else EXACT) if step is None else float(step)


def coarse(row: Found, step: float) -> Found:
    """Return the figures of everybody, in steps; with step 1 none of them."""
    if not step or row.get("effect") is None:
        return row
    row = row | dict.fromkeys(name for name in FINER if name in row)
    if step >= NOTHING:
        return row | dict.fromkeys(("effect", "ci_low", "ci_high", "p")) | {"untold": True}
    low, high = outwards(row["ci_low"], row["ci_high"], step)
    figures = {"effect": rounded(row["effect"], step), "ci_low": low, "ci_high": high}
    return row | figures | ({"p": SHOWN if row["p"] < SHOWN else 1.0} if "p" in row else {})


def coarse_group(row: Found, step: float) -> Found:
    """Return the figures of a group, of which only the shrunken ones are told, in steps."""
    if not step:
        return row
    row = row | dict.fromkeys(name for name in OF_GROUPS if name in row)
    if step >= NOTHING:
        return row | dict.fromkeys(("shrunken", "shrunken_low", "shrunken_high"))
    low, high = outwards(row["shrunken_low"], row["shrunken_high"], step)
    return row | {"shrunken": rounded(row["shrunken"], step), "shrunken_low": low, "shrunken_high": high}


def _groups(found: Found) -> Found:
    parts = {
        name: [coarse_group(row, step_in(row, bool(found["share"]))) for row in found[name]]
        for name in ("segments", "groups", "channels")
        if name in found
    }
    untold = {row["dimension"] for row in found.get("groups", []) if step_in(row, bool(found["share"]))}
    equity = [row | {"index": None} if row["dimension"] in untold else row for row in found.get("equity", [])]
    return parts | ({"equity": equity} if "equity" in found else {})


def _doubt(each: Found, step: float, arms: Sequence[Found]) -> Found:
    """Return a doubt without a share that would tell how few of everybody, or of an arm, are missing."""
    lost = [arm["households"] - arm["observed_households"] for arm in arms]
    if (each["code"] == MISSING and 0 < sum(lost) < SMALLEST_CELL) or (
        each["code"] == UNEVEN and any(0 < count < SMALLEST_CELL for count in lost)
    ):
        return {"code": each["code"] + OF_FEW}
    if each["code"] == BEFORE:
        return coarse(each, step_in(each, few=False))
    if each["code"] == LITTLE_POWER and step:
        return {"code": LITTLE_POWER + OF_FEW}
    return each


def _tells_few(row: Mapping[str, Any]) -> bool:
    return row["level"] is not None and share_tells_few(row["level"] * row["units"], row["units"])


def _counted(arm: Found) -> Found:
    hidden = {name: None for name in SIZES if 0 < arm[name] < SMALLEST_CELL}
    if hidden or 0 < arm["households"] - arm["observed_households"] < SMALLEST_CELL:
        hidden |= dict.fromkeys(("observed_households", "observed_persons", "missing_share"))
    return arm | hidden
