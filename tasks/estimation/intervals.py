"""From two levels and their variances to a difference, a ratio, their 95 % intervals and a p value; pure.

Sources: degrees of freedom, Satterthwaite (1946); hybrid score interval, Newcombe (1998), method 10, on the effective
number n = p(1 − p)/v of a clustered share; ratio, delta method on the log (Katz et al., 1978).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

CONFIDENCE = 0.95
FEW = 15
HALVINGS = 60


@dataclass(frozen=True)
class Part:
    """One independent part of a variance, with the degrees of freedom it was estimated with."""

    variance: float
    freedom: float


@dataclass(frozen=True)
class Level:
    """The mean outcome of one arm, from so many clusters; uneven weights tell at ``most`` as much as so many units."""

    level: float
    clusters: int
    parts: tuple[Part, ...]
    most: float = math.inf

    @property
    def variance(self) -> float:
        """The variance of the level."""
        return sum(part.variance for part in self.parts)

    @property
    def effective(self) -> float:
        """How many independent units would tell a share as precisely; its clusters where it shows no variation."""
        told = self.level * (1 - self.level) / self.variance if self.variance > 1e-18 else float(self.clusters)
        return min(told, self.most)

    @property
    def few(self) -> bool:
        """Whether too few act, or too few do not, for a symmetric interval."""
        return self.effective * min(self.level, 1 - self.level) < FEW


@dataclass(frozen=True)
class Difference:
    """Treated minus control in the unit of the outcome; ``low`` and ``high`` bound the 95 % interval.

    ``ratio`` is treated over control, with its own interval; None where a level is not above zero, or the control's,
    unless a share, not clearly so. ``level_variance`` is the treated arm's part of the variance, half where not known.
    ``few`` says that the rule for few events gave interval and p.
    """

    level: float
    control_level: float
    estimate: float
    standard_error: float
    low: float
    high: float
    p: float
    freedom: float = math.inf
    scored: tuple[Level, Level] | None = None  # the arms, where the interval is Newcombe's
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    level_variance: float = 0.0
    few: bool = False


def between(
    treated: Level, control: Level, parts: Sequence[Part], *, share: bool, from_levels: bool, joint: bool = False
) -> Difference:
    """Return the difference of two levels with the variance ``parts``: Student's t with Satterthwaite's freedom.

    Where the outcome is a share that few have, the interval and its p are Newcombe's, and no interval of a share leaves
    −1 to 1. ``from_levels`` says that the levels' own variances hold, which Newcombe's interval needs. ``joint`` says
    that the levels depend on each other, which Newcombe's does not know: then it is joined with Student's, and the
    larger p counts.
    """
    estimate, error = treated.level - control.level, math.sqrt(sum(part.variance for part in parts))
    freedom = satterthwaite(parts)
    scored = share and from_levels and (treated.few or control.few)
    low, high, p = _scored(treated, control, freedom) if scored else _students(estimate, error, freedom)
    if scored and joint:
        other = _students(estimate, error, freedom)
        low, high, p = min(low, other[0]), max(high, other[1]), max(p, other[2])
    # The score interval of a share above zero never reaches zero.
    own = 0.0 if share else control.variance if from_levels else error**2 / 2
    ratio = _ratio(treated.level, control.level, own, _quantile(freedom))
    known = ratio and from_levels and not joint
    around = _around_ratio(ratio, treated, control, _quantile(freedom)) if ratio and known else (None, None)
    return Difference(
        *(treated.level, control.level, estimate, error),
        low=max(low, -1.0) if share else low,
        high=min(high, 1.0) if share else high,
        p=p,
        freedom=freedom,
        scored=(treated, control) if scored else None,
        ratio=ratio,
        ratio_low=around[0],
        ratio_high=around[1],
        level_variance=treated.variance if from_levels and not joint else error**2 / 2,
        few=scored,
    )


def rescaled(found: Difference, low: float, scale: float) -> Difference:
    """Return a difference of shares as one of an outcome that is ``low`` or ``low + scale``; ``scale`` is above 0."""
    treated, control = low + scale * found.level, low + scale * found.control_level
    own = scale**2 * found.level_variance
    other = max((scale * found.standard_error) ** 2 - own, 0.0)
    ratio = _ratio(treated, control, other if low else 0.0, _quantile(found.freedom))
    sides = (Level(treated, 1, (Part(own, 1),)), Level(control, 1, (Part(other, 1),)))
    known = ratio and (found.ratio_low is not None or found.ratio is None)
    around = _around_ratio(ratio, *sides, _quantile(found.freedom)) if ratio and known else (None, None)
    names = ("estimate", "standard_error", "low", "high")
    scaled: dict[str, Any] = {name: scale * getattr(found, name) for name in names}
    scaled |= {"level": treated, "control_level": control, "level_variance": own}
    return replace(found, **scaled, ratio=ratio, ratio_low=around[0], ratio_high=around[1], scored=None)


def less_free(found: Difference, share: float) -> Difference:
    """Return the difference with this share of its degrees of freedom, at least one: Student's interval and p."""
    freedom = max(found.freedom * share, 1.0)
    low, high, p = _students(found.estimate, found.standard_error, freedom)
    return replace(found, low=low, high=high, p=p, freedom=freedom)


def _quantile(freedom: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + CONFIDENCE) / 2))


def _students(estimate: float, error: float, freedom: float) -> tuple[float, float, float]:
    """Return both ends of Student's interval and its p."""
    from scipy.special import stdtr

    half = _quantile(freedom) * error
    p = float(2 * stdtr(freedom, -abs(estimate) / error)) if error else float(estimate == 0)
    return estimate - half, estimate + half, p


def _scored(treated: Level, control: Level, freedom: float) -> tuple[float, float, float]:
    """Return both ends of Newcombe's interval and the p that agrees with it."""
    from scipy.special import stdtr

    return *newcombe(treated, control, _quantile(freedom)), float(2 * stdtr(freedom, -_furthest(treated, control)))


def satterthwaite(parts: Sequence[Part]) -> float:
    """Return the degrees of freedom of a variance that is the sum of independent ones."""
    variance = sum(part.variance for part in parts)
    spread = sum(part.variance**2 / part.freedom for part in parts)
    return variance**2 / spread if spread > 0 else math.inf


def wilson(share: float, effective: float, quantile: float) -> tuple[float, float]:
    """Return the score interval of one share (Wilson, 1927)."""
    width = quantile * math.sqrt(share * (1 - share) / effective + quantile**2 / (4 * effective**2))
    middle, scale = share + quantile**2 / (2 * effective), 1 + quantile**2 / effective
    return max((middle - width) / scale, 0.0), min((middle + width) / scale, 1.0)


def newcombe(treated: Level, control: Level, quantile: float) -> tuple[float, float]:
    """Return the hybrid score interval of the difference of two shares."""
    shares = [min(max(arm.level, 0.0), 1.0) for arm in (treated, control)]
    bounds = [
        wilson(share, max(arm.effective, 1.0), quantile) for share, arm in zip(shares, (treated, control), strict=True)
    ]
    gap = shares[0] - shares[1]
    low = gap - math.hypot(shares[0] - bounds[0][0], bounds[1][1] - shares[1])
    return low, gap + math.hypot(bounds[0][1] - shares[0], shares[1] - bounds[1][0])


def _furthest(treated: Level, control: Level) -> float:
    """Return the quantile at which Newcombe's interval touches zero, so that p and interval never disagree."""
    if treated.level == control.level:
        return 0.0
    inside, outside = 0.0, 40.0
    for _ in range(HALVINGS):
        quantile = (inside + outside) / 2
        low, high = newcombe(treated, control, quantile)
        inside, outside = (inside, quantile) if low <= 0 <= high else (quantile, outside)
    return inside


def _ratio(treated: float, control: float, variance: float, quantile: float) -> float | None:
    """Return treated over control; None where the control's interval, of this ``variance``, reaches zero."""
    return treated / control if treated > 0 and control - quantile * math.sqrt(variance) > 0 else None


def _around_ratio(ratio: float, treated: Level, control: Level, quantile: float) -> tuple[float, float]:
    error = math.sqrt(treated.variance / treated.level**2 + control.variance / control.level**2)
    reach = min(quantile * error, 700.0)
    return ratio * math.exp(-reach), ratio * math.exp(reach)
