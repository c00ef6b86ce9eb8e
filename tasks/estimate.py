"""The default estimator, pure: a cluster-robust, post-stratified difference between two arms, from sums alone.

Sources: ratio estimator and its linearised variance, Cochran, *Sampling Techniques* (3rd ed., 1977), 6.4 and 11;
post-stratification, the same, 5A.9.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from tasks.estimation import intervals
from tasks.estimation.intervals import CONFIDENCE, Difference, Level, Part
from tasks.estimation.variances import Bounds, OwnVariance, Uneven, parts_of, unevened

__all__ = [
    "CONFIDENCE",
    "Bounds",
    "Difference",
    "OwnVariance",
    "Sums",
    "Uneven",
    "collapse",
    "compare",
    "difference",
    "stratum_of",
    "two_shares_p",
]

SMALLEST_STRATUM = 10
JOINED = "*"
"""Name of the stratum that holds segments too small to stand alone; no segment is called so."""
SHARE = (0.0, 1.0)


@dataclass(frozen=True)
class Sums:
    """One arm in one stratum, summed over its clusters (households).

    ``clusters`` G; ``units`` Σm; ``total`` Σy; ``total_squared`` Σy²; ``cross`` Σym; ``units_squared`` Σm², where a
    cluster has m units (or weights) that together have the outcome y.
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
        """Σ(y − p m)² / (Σm)² × G/(G − 1): equal to statsmodels' OLS on a constant with ``cov_type="cluster"``.

        Where every cluster is one unit, the two arms' variances add up to HC2, Welch's and Neyman's.
        """
        squares = self.total_squared - 2 * self.mean * self.cross + self.mean**2 * self.units_squared
        return max(squares, 0.0) / self.units**2 * self.clusters / (self.clusters - 1)


Pair = tuple[Sums, Sums]


def difference(treated: Mapping[str, Sums], control: Mapping[str, Sums], *, share: bool = False) -> Difference:
    """Return the post-stratified difference between two arms, each given as sums by stratum.

    Every stratum weighs by its observed units in both arms together. Strata with fewer than ten clusters in either arm
    are joined first: a variance from a handful of households is too uncertain to add. ``share`` says that each unit's
    outcome lies between 0 and 1. Raises ValueError where an arm has fewer than two clusters in all.
    """
    strata = collapse(treated, control)
    units = sum(one.units + other.units for one, other in strata)
    return compare(strata, [(one.units + other.units) / units for one, other in strata], share=share)


def compare(
    strata: Sequence[Pair],
    weights: Sequence[float],
    *,
    share: bool = False,
    parts: Sequence[Part] | None = None,
    own: Sequence[OwnVariance] = (),
    origin: float = 0.0,
    bounds: Bounds | None = None,
    uneven: Sequence[Uneven] = (),
) -> Difference:
    """Return the difference over strata that weigh as told; the weights sum to 1.

    ``own`` holds both arms' variances where clusters are not independent between strata. ``parts`` replaces the
    variance of the difference where the arms are not independent, or strata are so small that theirs comes from between
    them. The sums are of outcomes minus ``origin``. ``bounds`` are the least and the greatest outcome of all, 0 and 1
    of a share. ``uneven`` tells of both arms' weights.
    """
    arms = [_level([pair[place] for pair in strata], weights, origin) for place in (0, 1)]
    if own:
        arms = [replace(arm, parts=known.parts, clusters=known.clusters) for arm, known in zip(arms, own, strict=True)]
    if uneven:
        arms = [unevened(arm, left) for arm, left in zip(arms, uneven, strict=True)]
    from_levels = parts is None or bool(own)
    told = parts_of(arms, parts, bounds or (SHARE if share else (0.0, 0.0)), from_levels=from_levels)
    freedom = min((left.freedom for left in uneven), default=1.0)
    short = 1.0 if parts is None else max((left.short for left in uneven), default=1.0)
    told = [Part(short * part.variance, max(freedom * part.freedom, 1.0)) for part in told] if uneven else told
    joint = from_levels and parts is not None
    return intervals.between(arms[0], arms[1], told, share=share, from_levels=from_levels, joint=joint)


def collapse(treated: Mapping[str, Sums], control: Mapping[str, Sums]) -> list[Pair]:
    """Pair the arms by stratum and join strata that are too small, in order of size, until none is."""
    nothing = Sums(0, 0, 0, 0, 0, 0)
    pairs = {name: (treated.get(name, nothing), control.get(name, nothing)) for name in {**treated, **control}}
    of = stratum_of({name: (one.clusters, other.clusters) for name, (one, other) in pairs.items()})
    joined = [name for name in sorted(pairs) if of[name] == JOINED]
    large = sorted(set(pairs) - set(joined), key=lambda name: (-min(arm.clusters for arm in pairs[name]), name))
    strata = [pairs[name] for name in large]
    strata += [reduce(join, (pairs[name] for name in joined))] if joined else []
    if not strata or min(arm.clusters for pair in strata for arm in pair) < 2:
        raise ValueError("an arm has fewer than two households with an outcome")
    return strata


def stratum_of(clusters: Mapping[str, Sequence[int]]) -> dict[str, str]:
    """Return the stratum of every segment, given its clusters in each arm: itself, or ``JOINED``.

    Those with fewer than ten in an arm are joined, and with them the smallest others until all arms have ten there.
    """
    large = sorted(
        (name for name in clusters if min(clusters[name]) >= SMALLEST_STRATUM),
        key=lambda name: (-min(clusters[name]), name),
    )
    joined = [name for name in clusters if min(clusters[name]) < SMALLEST_STRATUM]
    while large and joined and min(map(sum, zip(*(clusters[name] for name in joined), strict=True))) < SMALLEST_STRATUM:
        joined.append(large.pop())
    return {name: JOINED if name in joined else name for name in clusters}


def join(first: Pair, second: Pair) -> Pair:
    """Return two strata as one."""
    return first[0] + second[0], first[1] + second[1]


def two_shares_p(first: float, of_first: int, second: float, of_second: int) -> float:
    """Return the two-sided p value that two shares are equal (pooled z test)."""
    pooled = (first + second) / (of_first + of_second)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / of_first + 1 / of_second))
    gap = abs(first / of_first - second / of_second)
    return 1.0 if spread == 0 else math.erfc(gap / spread / math.sqrt(2))


def _level(sums: Sequence[Sums], weights: Sequence[float], origin: float) -> Level:
    level = origin + sum(weight * one.mean for weight, one in zip(weights, sums, strict=True))
    parts = [
        Part(weight**2 * one.variance, one.clusters - 1)
        for weight, one in zip(weights, sums, strict=True)
        if one.clusters > 1
    ]
    return Level(level, sum(one.clusters for one in sums), tuple(parts))
