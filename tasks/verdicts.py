"""What an estimate says about the objective: the answer of an evaluation, as figures, verdict and plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.brief import Objective
from tasks import estimate
from tasks.estimate import Difference
from tasks.plain_words import PlainWords
from tasks.runs import Run

FIGURES = ("effect", "standard_error", "ci_low", "ci_high", "p")
UNEVEN_LOSS = 0.01
Found = dict[str, Any]


@dataclass(frozen=True)
class SegmentEffect:
    """The difference in one segment, with how many were observed in each arm."""

    segment: str
    persons: int
    control_persons: int
    households: int
    control_households: int
    difference: Difference

    def row(self, objective: Objective) -> Found:
        """Return the segment as a row of ``effect``, without what every row of a look shares."""
        return {
            "segment": self.segment,
            "persons": self.persons,
            "households": self.households,
            "control_persons": self.control_persons,
            "control_households": self.control_households,
            "level": self.difference.level,
            "control_level": self.difference.control_level,
            "verdict": verdict(objective, self.difference),
            **figures(self.difference),
        }


def describe(
    run: Run,
    look: int,
    arms: dict[str, Found],
    difference: Difference | None,
    segments: Sequence[SegmentEffect],
    reached: float,
    language: str,
) -> Found:
    """Return the answer of an evaluation; without a control group it holds levels but claims no effect."""
    objective = run.brief.objective
    treated = {**arms["treated"], **figures(difference), "verdict": verdict(objective, difference)}
    holdout = dict(arms["holdout"])
    if difference:
        treated["level"], holdout["level"] = difference.level, difference.control_level
    target = {
        "baseline": objective.baseline,
        "target": objective.target,
        "reached": reached,
        "achieved": direction(objective) * (reached - objective.target) >= 0,
    }
    words = PlainWords(language, objective.unit, is_share(objective, reached))
    warnings = _warnings(words, treated, holdout, difference)
    sentences = [words.objective(target)]
    if difference:
        sentences.append(words.effect(difference.low, difference.estimate, difference.high))
    return {
        "run": run.run,
        "look": look,
        "outcome": objective.outcome,
        "unit": objective.unit,
        "share": is_share(objective, reached),
        "arms": [treated, holdout],
        "segments": [segment.row(objective) for segment in segments],
        "objective": target,
        "warnings": warnings,
        "summary": sentences + warnings,
    }


def warn(found: Found, language: str, code: str) -> None:
    """Add one warning to an answer."""
    sentence = PlainWords(language, found["unit"], found["share"]).warning(code)
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


def verdict(objective: Objective, difference: Difference | None) -> str:
    """Return better or worse, seen from the objective, or not_shown where the interval holds zero."""
    if difference is None or difference.low <= 0 <= difference.high:
        return "not_shown"
    return "better" if direction(objective) * difference.estimate > 0 else "worse"


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
