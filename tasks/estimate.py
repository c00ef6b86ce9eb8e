"""The default estimator, pure: a household-robust, post-stratified difference between two arms, from sums alone.

Sources: ratio estimator and its linearised variance, Cochran, *Sampling Techniques* (3rd ed., 1977), 6.4 and 11;
post-stratification, the same, 5A.9; degrees of freedom, Satterthwaite (1946); sample ratio, Fabijan et al. (2019).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

CONFIDENCE = 0.95
SMALLEST_STRATUM = 10
ADDED_SUCCESSES = 1


@dataclass(frozen=True)
class Sums:
    """One arm in one stratum, summed over its clusters (households).

    ``clusters`` G; ``units`` Σm; ``total`` Σy; ``total_squared`` Σy²; ``cross`` Σym; ``units_squared`` Σm², where a
    cluster has m units that together have the outcome y.
    """

    clusters: int
    units: float
    total: float
    total_squared: float
    cross: float
    units_squared: float

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.clusters + other.clusters,
            self.units + other.units,
            self.total + other.total,
            self.total_squared + other.total_squared,
            self.cross + other.cross,
            self.units_squared + other.units_squared,
        )

    @property
    def mean(self) -> float:
        """Σy / Σm, in the unit of the outcome."""
        return self.total / self.units

    @property
    def variance(self) -> float:
        """Σ(y − p m)² / (Σm)² × G/(G − 1): equal to statsmodels' OLS on a constant with ``cov_type="cluster"``."""
        squares = self.total_squared - 2 * self.mean * self.cross + self.mean**2 * self.units_squared
        return max(squares, 0.0) / self.units**2 * self.clusters / (self.clusters - 1)


@dataclass(frozen=True)
class Difference:
    """Treated minus control in the unit of the outcome; ``low`` and ``high`` bound the 95 % interval."""

    level: float
    control_level: float
    estimate: float
    standard_error: float
    low: float
    high: float
    p: float


def difference(treated: Mapping[str, Sums], control: Mapping[str, Sums]) -> Difference:
    """Return the post-stratified difference between two arms, each given as sums by stratum.

    Every stratum weighs by its observed units in both arms together. Strata with fewer than ten clusters in either arm
    are joined first: a variance from a handful of households is too uncertain to add. The interval is Student's t with
    Satterthwaite's degrees of freedom. Raises ValueError where an arm has fewer than two clusters in all.
    """
    strata = collapse(treated, control)
    units = sum(one.units + other.units for one, other in strata)
    weights = [(one.units + other.units) / units for one, other in strata]
    level = sum(weight * one.mean for weight, (one, _) in zip(weights, strata, strict=True))
    control_level = sum(weight * other.mean for weight, (_, other) in zip(weights, strata, strict=True))
    parts = [
        (weight**2 * arm.variance, arm.clusters - 1)
        for weight, pair in zip(weights, strata, strict=True)
        for arm in pair
    ]
    variance = sum(part for part, _ in parts)
    if variance <= 1e-18:
        variance, parts = _variance_without_variation(strata)
    return _interval(level, control_level, variance, parts)


def collapse(treated: Mapping[str, Sums], control: Mapping[str, Sums]) -> list[tuple[Sums, Sums]]:
    """Pair the arms by stratum and join strata that are too small, in order of size, until none is."""
    nothing = Sums(0, 0, 0, 0, 0, 0)
    names = sorted(set(treated) | set(control))
    pairs = [(treated.get(name, nothing), control.get(name, nothing)) for name in names]
    large = [pair for pair in pairs if min(pair[0].clusters, pair[1].clusters) >= SMALLEST_STRATUM]
    small = [pair for pair in pairs if pair not in large]
    rest = reduce(_join, small, (nothing, nothing))
    large.sort(key=lambda pair: min(pair[0].clusters, pair[1].clusters), reverse=True)
    while large and small and min(rest[0].clusters, rest[1].clusters) < SMALLEST_STRATUM:
        rest = _join(rest, large.pop())
    strata = [*large, rest] if small else large
    if not strata or min(arm.clusters for pair in strata for arm in pair) < 2:
        raise ValueError("an arm has fewer than two households with an outcome")
    return strata


def sample_ratio_p(treated: int, control: int, control_share: float) -> float:
    """Return the p value that so lopsided arms were drawn with the given share (chi-square, one degree of freedom)."""
    expected = (treated + control) * control_share
    statistic = (control - expected) ** 2 / expected + (control - expected) ** 2 / (treated + control - expected)
    return math.erfc(math.sqrt(statistic / 2))


def two_shares_p(first: int, of_first: int, second: int, of_second: int) -> float:
    """Return the two-sided p value that two shares are equal (pooled z test)."""
    pooled = (first + second) / (of_first + of_second)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / of_first + 1 / of_second))
    gap = abs(first / of_first - second / of_second)
    return 1.0 if spread == 0 else math.erfc(gap / spread / math.sqrt(2))


def _join(first: tuple[Sums, Sums], second: tuple[Sums, Sums]) -> tuple[Sums, Sums]:
    return first[0] + second[0], first[1] + second[1]


def _interval(level: float, control_level: float, variance: float, parts: Sequence[tuple[float, int]]) -> Difference:
    from scipy.special import stdtr, stdtrit

    estimate, error = level - control_level, math.sqrt(variance)
    freedom = variance**2 / sum(part**2 / degrees for part, degrees in parts)
    half = float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * error
    p = float(2 * stdtr(freedom, -abs(estimate) / error))
    return Difference(level, control_level, estimate, error, estimate - half, estimate + half, p)


def _variance_without_variation(strata: Sequence[tuple[Sums, Sums]]) -> tuple[float, list[tuple[float, int]]]:
    """Where nobody or everybody acts the sums show no variance: add one success and one failure per arm.

    Source: Agresti and Caffo (2000), on households as the units.
    """
    arms = reduce(_join, strata)
    parts = []
    for arm in arms:
        size = arm.clusters + 2 * ADDED_SUCCESSES
        share = (min(max(arm.mean, 0.0), 1.0) * arm.clusters + ADDED_SUCCESSES) / size
        parts.append((share * (1 - share) / size, arm.clusters - 1))
    return sum(part for part, _ in parts), parts
