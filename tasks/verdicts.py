"""What an estimate says about the objective: the answer of an evaluation, as figures, verdict and plain words."""

from typing import Any

from campaigns.brief import Objective
from tasks import estimate
from tasks.arm_effects import ArmEffect
from tasks.estimate import Difference
from tasks.plain_words import PlainWords
from tasks.runs import Run

FIGURES = ("effect", "standard_error", "ci_low", "ci_high", "p")
UNEVEN_LOSS = 0.01
Found = dict[str, Any]


def describe(run: Run, look: int, arms: list[Found], effect: ArmEffect, reached: float, language: str) -> Found:
    """Return the words and warnings of an evaluation around the figures of its arms."""
    objective, (treated, holdout) = run.brief.objective, arms
    target = {
        "baseline": objective.baseline,
        "target": objective.target,
        "reached": reached,
        "achieved": direction(objective) * (reached - objective.target) >= 0,
    }
    words = PlainWords(language, objective.unit, is_share(objective, reached))
    warnings = _warnings(words, treated, holdout, effect.difference)
    sentences = [words.objective(target)]
    if effect.difference:
        sentences.append(words.of_arm(treated))
    return {
        "run": run.run,
        "look": look,
        "outcome": objective.outcome,
        "unit": objective.unit,
        "share": is_share(objective, reached),
        "arms": arms,
        "objective": target,
        "warnings": warnings,
        "summary": sentences + warnings,
    }


def warn(found: Found, language: str, code: str, **values: str) -> None:
    """Add one warning to an answer."""
    sentence = PlainWords(language, found["unit"], found["share"]).warning(code, **values)
    found["warnings"].append(sentence)
    found["summary"].append(sentence)


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


def verdict(objective: Objective, low: float, estimate: float, high: float) -> str:
    """Return better or worse, seen from the objective, or not_shown where the interval holds zero."""
    if low <= 0 <= high:
        return "not_shown"
    return "better" if direction(objective) * estimate > 0 else "worse"


def direction(objective: Objective) -> int:
    """Return 1 where the outcome is to rise, -1 where it is to fall."""
    return 1 if objective.target >= objective.baseline else -1


def is_share(objective: Objective, reached: float) -> bool:
    """Tell whether the outcome is a share 0–1, which may be told as so many of a hundred."""
    return all(0 <= figure <= 1 for figure in (objective.baseline, objective.target, reached))


def _warnings(words: PlainWords, treated: Found, holdout: Found, difference: Difference | None) -> list[str]:
    observed = treated["observed_households"] + holdout["observed_households"]
    drawn = treated["households"] + holdout["households"]
    if not holdout["households"]:
        return [words.warning("no_control_group")]
    if not observed:
        return [words.warning("areas_only")]
    warnings = [] if difference else [words.warning("control_group_too_small")]
    if observed < drawn:
        percent = words.written["percent"]
        warnings.append(words.warning("missing", share=percent(1 - observed / drawn, 1)))
        lost = [(arm["households"] - arm["observed_households"], arm["households"]) for arm in (treated, holdout)]
        if treated["households"] and estimate.two_shares_p(*lost[0], *lost[1]) < UNEVEN_LOSS:
            shares = {arm["arm"]: percent(arm["missing_share"], 1) for arm in (treated, holdout)}
            warnings.append(words.warning("differential_attrition", **shares))
    return warnings
