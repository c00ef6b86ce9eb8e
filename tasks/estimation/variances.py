"""The variance of an arm's level where its sums do not give it: without variation, of uneven weights; pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from tasks.estimation.intervals import Level, Part

ADDED_SUCCESSES = 1
Bounds = tuple[float, float]


class OwnVariance(NamedTuple):
    """The variance of one arm's level where it is not the sum of its strata's, from so many clusters in all."""

    parts: tuple[Part, ...]
    clusters: int


class Uneven(NamedTuple):
    """What uneven weights leave: units that equal weights would tell as much with, and a share of the freedom.

    ``short`` is what the variance must be multiplied by, because the heaviest pull the level towards themselves.
    """

    units: float
    freedom: float
    short: float = 1.0


def unevened(arm: Level, left: Uneven) -> Level:
    """Return the level with what uneven weights leave it."""
    parts = tuple(Part(left.short * part.variance, part.freedom) for part in arm.parts)
    return replace(arm, parts=parts, most=left.units)


def parts_of(arms: Sequence[Level], parts: Sequence[Part] | None, bounds: Bounds, *, from_levels: bool) -> list[Part]:
    """Return the parts of the difference's variance; an arm that shows no variation gets some."""
    low, high = bounds
    least = 1e-18 * (high - low) ** 2
    lacking = [low < high and from_levels and arm.variance <= least for arm in arms]
    added = [_without_variation(arm, low, high) if lacks else [] for arm, lacks in zip(arms, lacking, strict=True)]
    if parts is not None:
        return [*parts, *added[0], *added[1]]
    return [part for arm, more in zip(arms, added, strict=True) for part in more or arm.parts]


def _without_variation(arm: Level, low: float, high: float) -> list[Part]:
    """Where nobody or everybody acts the sums show no variance: add one success and one failure.

    Of another outcome these are its least and its greatest value. Source: Agresti and Caffo (2000), on clusters as the
    units.
    """
    size, spread = arm.clusters + 2 * ADDED_SUCCESSES, high - low
    share = (min(max((arm.level - low) / spread, 0.0), 1.0) * arm.clusters + ADDED_SUCCESSES) / size
    return [Part(spread**2 * share * (1 - share) / size, max(arm.clusters - 1, 1))]
