"""What an estimate says about the objective: the answer of an evaluation, as figures, verdict and plain words."""

import math
from collections.abc import Sequence
from typing import Any

from campaigns.brief import Objective
from tasks import early_looks, effect_before, estimate, looks
from tasks.arm_effects import ArmEffect
from tasks.disclosure import share_tells_few
from tasks.estimate import Difference
from tasks.estimation.shrinkage import Shrunken
from tasks.plain_words import PlainWords
from tasks.runs import Run
from tasks.told_effects import told

FIGURES = ("effect", "standard_error", "ci_low", "ci_high", "p")
UNEVEN_LOSS = 0.01
Found = dict[str, Any]


def describe(run: Run, look: int, arms: list[Found], effect: ArmEffect, reached: float) -> Found:
    """Return the verdict of an evaluation around the figures of its arms, and what weakens it, still without words."""
    objective, (treated, holdout) = run.brief.objective, arms
    return {
        "run": run.run,
        "look": look,
        "outcome": objective.outcome,
        "unit": objective.unit,
        "share": is_share(objective, reached),
        "arms": arms,
        "objective": {
            "baseline": objective.baseline,
            "target": objective.target,
            "reached": reached,
            "achieved": direction(objective) * (reached - objective.target) >= 0,
        },
        "doubts": _doubts(treated, holdout, effect.difference, _why_nobody(run, look)),
    }


def doubt(code: str, **shares: float) -> Found:
    """Return one thing that weakens what an evaluation can say, with the shares 0–1 that its sentence tells."""
    return {"code": code, **shares}


def worded(found: Found, language: str) -> Found:
    """Return an answer with its ``warnings`` and ``summary`` in a language: of what readers may be told of it.

    One that was kept before its doubts were keeps the words that it was kept with.
    """
    if "doubts" not in found:
        return found
    words, shown = PlainWords(language, found["unit"], found["share"]), told(found)
    treated, doubts = shown["arms"][0], shown["doubts"]
    early = [early_looks.sentence(each, language) for each in doubts if each["code"] == early_looks.STATE]
    warnings = [_warning(words, each) for each in doubts if each["code"] != early_looks.STATE]
    effect = [words.of_arm(treated)] if treated["effect"] is not None or treated.get("untold") else []
    summary = [*early, words.objective(shown["objective"], early=bool(early)), *effect, *warnings]
    return found | {"warnings": early + warnings, "summary": summary}


def _warning(words: PlainWords, told: Found) -> str:
    return words.before(told["look"], told) if told["code"] == effect_before.CODE else words.warning(**told)


def figures(difference: Difference | None) -> Found:
    """Return the figures of a difference by name; null where no effect can be claimed."""
    if difference is None:
        return dict.fromkeys(FIGURES)
    return dict(
        zip(
            FIGURES,
            (difference.estimate, difference.standard_error, difference.low, difference.high, difference.p),
            strict=True,
        )
    )


def shrunken(one: Shrunken, *, share: bool) -> Found:
    """Return shrunken figures by name; the normal interval of a share may reach further than shares can differ."""
    furthest = 1.0 if share else math.inf
    return {
        "shrunken": one.estimate,
        "shrunken_low": max(one.low, -furthest),
        "shrunken_high": min(one.high, furthest),
    }


def verdict(objective: Objective, low: float, estimate: float, high: float) -> str:
    """Return better or worse, seen from the objective, or not_shown where the interval holds zero."""
    if low <= 0 <= high:
        return "not_shown"
    return "better" if direction(objective) * estimate > 0 else "worse"


def direction(objective: Objective) -> int:
    """Return 1 where the outcome is to rise, -1 where it is to fall."""
    return 1 if objective.target >= objective.baseline else -1


def tells_few(sums: Sequence[tuple[Any, ...]]) -> bool:
    """Tell whether the share of units that acted, of rows of sums, would tell that fewer than ten did, or did not."""
    units, total = (sum(row[column] or 0 for row in sums) for column in (3, 4))
    return share_tells_few(total, units)


def is_share(objective: Objective, reached: float) -> bool:
    """Tell whether the outcome is a share 0–1, which may be told as so many of a hundred."""
    return all(0 <= figure <= 1 for figure in (objective.baseline, objective.target, reached))


def _why_nobody(run: Run, look: int) -> str:
    """Return the code of why there is no control group to compare with at a look, where there is none."""
    if looks.window(run, look).all_are_told:
        return "all_are_told"
    return "crisis" if run.brief.crisis else "no_control_group"


def _doubts(treated: Found, holdout: Found, difference: Difference | None, why_nobody: str) -> list[Found]:
    observed = treated["observed_units"] + holdout["observed_units"]
    drawn = treated["units"] + holdout["units"]
    missing = [doubt("missing", share=1 - observed / drawn)] if 0 < observed < drawn else []
    if not holdout["units"]:
        return [doubt(why_nobody), *missing]
    if not observed:
        return [doubt("areas_only")]
    doubts = ([] if difference else [doubt("control_group_too_small")]) + missing
    if missing and treated["units"] and _lost_unevenly(treated, holdout):
        lost = {arm["arm"]: arm["missing_share"] for arm in (treated, holdout)}
        doubts.append(doubt("differential_attrition", **lost))
    return doubts


def _lost_unevenly(*arms: Found) -> bool:
    """Tell whether the arms lost unlike shares; who was drawn together is lost together, so clusters are counted."""
    lost = [(arm["missing_share"] * arm["clusters"], arm["clusters"]) for arm in arms]
    return estimate.two_shares_p(*lost[0], *lost[1]) < UNEVEN_LOSS
