"""In what steps an effect may be told where fewer than ten acted, or did not, in an arm; pure.

Beside the sizes of both arms, effect and interval with all their decimals leave one pair of counts: whoever tries them
all finds how few acted. So both are rounded, the interval outwards, to the finest step that leaves at least ten pairs,
of at least five counts in either arm; beside them stand only whether p is below 0.05 and what is claimed. The choice of
the step tells something itself, so it is made for all pairs of two sizes at once: a pair gets the finest step at which
enough pairs that got no finer one are told alike (microaggregation; Hundepool et al., 2012, 3.4). Pairs that no step
hides are told without figures. The pairs are those of single units in one stratum, who leave least to guess.
"""

import math
from functools import lru_cache
from typing import Any

import numpy
from scipy.special import ndtri, stdtrit

from tasks.disclosure import SMALLEST_CELL, share_tells_few
from tasks.estimation.intervals import CONFIDENCE, FEW

EXACT, NOTHING = 0.0, 1.0
GRID = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
"""In coarser steps an effect of 29 percentage points would be told as 50: none is truer."""
FEWEST_PAIRS, FEWEST_COUNTS = 10, 5
MOST_UNITS = 10_000
"""So many units are gone through pair by pair; larger arms get the step that forty units of the smaller one make."""
SAFE_COUNT, BLURRED_COUNT = 40, 10
TRIFLE = 1e-9
WIDTH = 4001
Array = Any


def step_of(
    treated: tuple[float, float], control: tuple[float, float], *, level: float = 0.05, normal: bool = False
) -> float:
    """Return the step 0–1 for two arms of (acted, units): 0 tells figures as they are, 1 tells none.

    ``level`` is what p must lie below for a claim; ``normal`` says that the interval is 1.96 errors each way.
    """
    if not (share_tells_few(*treated) or share_tells_few(*control)):
        return EXACT
    sizes = [max(round(units), 1) for _, units in (treated, control)]
    if min(sizes) < SMALLEST_CELL:
        return NOTHING
    if sum(sizes) > MOST_UNITS:
        return at_least(SAFE_COUNT / min(sizes))
    counts = [_counted(*arm, size) for arm, size in zip((treated, control), sizes, strict=True)]
    return float(_steps(*sizes, round(level, 6), normal).get(counts[0] * (sizes[1] + 1) + counts[1], NOTHING))


def _counted(acted: float, units: float, size: int) -> int:
    """Return a whole number of those who acted; nearly ten, as sums over weights or households make it, stay few."""
    count = min(max(round(acted), 0), size)
    if share_tells_few(acted, units) and not share_tells_few(count, size):
        return min(count, SMALLEST_CELL - 1) if 2 * acted < units else max(count, size - SMALLEST_CELL + 1)
    return count


def blurred(treated_units: float, control_units: float) -> float:
    """Return the step of a group that itself is large, beside one that is not, so that nobody subtracts it."""
    return at_least(BLURRED_COUNT / max(min(treated_units, control_units), 1))


def at_least(size: float) -> float:
    """Return the finest step that is not below a size; 1 where there is none."""
    return next((step for step in GRID if step >= size - TRIFLE), NOTHING)


def rounded(value: float, step: float) -> float:
    """Return a figure in whole steps."""
    return value if not step else _whole(math.floor(value / step + 0.5), step)


def outwards(low: float, high: float, step: float) -> tuple[float, float]:
    """Return an interval widened to whole steps."""
    if not step:
        return low, high
    return _whole(math.floor(low / step + TRIFLE), step), _whole(math.ceil(high / step - TRIFLE), step)


def _whole(steps: int, step: float) -> float:
    return round(steps * step, 3) + 0.0


@lru_cache(maxsize=64)
def _steps(units: int, control_units: int, level: float, normal: bool) -> dict[int, float]:
    """Return the step of every pair of counts of which one is few, by treated × (control units + 1) + control."""
    acted, control_acted = _few_pairs(units, control_units)
    estimate, low, high, claimed = _figures(acted, units, control_acted, control_units, level, normal)
    steps = numpy.full(len(acted), NOTHING)
    for step in GRID:
        free = numpy.flatnonzero(steps == NOTHING)
        ends = numpy.floor(low[free] / step + TRIFLE), numpy.ceil(high[free] / step - TRIFLE)
        sides = numpy.where(claimed[free], 1, 0) + numpy.where((low[free] > 0) | (high[free] < 0), 2, 0)
        alike = _numbered(numpy.floor(estimate[free] / step + 0.5), *ends, sides)
        steps[free[_are_enough(alike, acted[free], control_acted[free])]] = step
    for step in reversed(GRID):  # those that are told no figures are many too, claimed or not
        untold = numpy.flatnonzero(steps == NOTHING)
        if _are_enough(claimed[untold].astype(numpy.int64), acted[untold], control_acted[untold]).all():
            break
        steps[steps == step] = NOTHING
    return dict(zip((acted * (control_units + 1) + control_acted).tolist(), steps.tolist(), strict=True))


def _are_enough(alike: Array, acted: Array, control_acted: Array) -> Array:
    """Return per pair whether those that are numbered alike are enough, and of enough counts in either arm."""
    enough = numpy.bincount(alike) >= FEWEST_PAIRS
    for counts in (acted, control_acted):
        enough &= _different(alike, counts) >= FEWEST_COUNTS
    return enough[alike]


def _few_pairs(units: int, control_units: int) -> tuple[Array, Array]:
    """Return all pairs of counts of which one is few, as two arrays."""
    few, control_few = (
        numpy.array([count for count in range(size + 1) if share_tells_few(count, size)])
        for size in (units, control_units)
    )
    many = numpy.setdiff1d(numpy.arange(units + 1), few)
    first = numpy.repeat(few, control_units + 1), numpy.tile(numpy.arange(control_units + 1), len(few))
    second = numpy.repeat(many, len(control_few)), numpy.tile(control_few, len(many))
    return numpy.concatenate([first[0], second[0]]), numpy.concatenate([first[1], second[1]])


def _figures(
    acted: Array, units: int, control_acted: Array, control_units: int, level: float, normal: bool
) -> tuple[Array, ...]:
    """Return estimate, both ends of the interval and whether it is claimed, as :mod:`tasks.estimation.intervals`."""
    arms = [_arm(acted, units), _arm(control_acted, control_units)]
    (share, variance, *_), (control_share, control_variance, *_) = arms
    estimate, spread = share - control_share, variance + control_variance
    if normal:
        quantile = ndtri((1 + CONFIDENCE) / 2)
        low, high = estimate - quantile * numpy.sqrt(spread), estimate + quantile * numpy.sqrt(spread)
        return estimate, numpy.maximum(low, -1), numpy.minimum(high, 1), (low > 0) | (high < 0)
    freedom = spread**2 / (variance**2 / (units - 1) + control_variance**2 / (control_units - 1))
    low, high = _interval(arms, stdtrit(freedom, (1 + CONFIDENCE) / 2))
    far_low, far_high = _interval(arms, stdtrit(freedom, 1 - level / 2))
    return estimate, numpy.maximum(low, -1), numpy.minimum(high, 1), (far_low > 0) | (far_high < 0)


def _arm(acted: Array, units: int) -> tuple[Array, Array, Array, Array]:
    """Return the share that acted, its variance, the effective number, and whether few of it do, or do not."""
    share = acted / units
    variance = share * (1 - share) / (units - 1)
    added = (acted + 1) / (units + 2)
    alike = variance <= 0
    effective = numpy.where(alike, units, units - 1)
    variance = numpy.where(alike, added * (1 - added) / (units + 2), variance)
    return share, variance, effective, effective * numpy.minimum(share, 1 - share) < FEW


def _interval(arms: list[tuple[Array, ...]], quantile: Array) -> tuple[Array, Array]:
    """Return Newcombe's interval where few act in an arm, and else Student's."""
    (share, variance, effective, few), (control_share, control_variance, control_effective, control_few) = arms
    estimate, half = share - control_share, quantile * numpy.sqrt(variance + control_variance)
    low, high = _wilson(share, effective, quantile)
    control_low, control_high = _wilson(control_share, control_effective, quantile)
    scored = few | control_few
    below = numpy.where(scored, numpy.hypot(share - low, control_high - control_share), half)
    return estimate - below, estimate + numpy.where(
        scored, numpy.hypot(high - share, control_share - control_low), half
    )


def _wilson(share: Array, effective: Array, quantile: Array) -> tuple[Array, Array]:
    width = quantile * numpy.sqrt(share * (1 - share) / effective + quantile**2 / (4 * effective**2))
    middle, scale = share + quantile**2 / (2 * effective), 1 + quantile**2 / effective
    return numpy.maximum((middle - width) / scale, 0), numpy.minimum((middle + width) / scale, 1)


def _numbered(*columns: Array) -> Array:
    """Return a number per row, the same for rows that are alike in all columns of whole numbers from -1000 to 1000."""
    key = numpy.zeros(len(columns[0]), dtype=numpy.int64)
    for column in columns:
        key = key * WIDTH + column.astype(numpy.int64)
    return numpy.unique(key, return_inverse=True)[1]


def _different(alike: Array, counts: Array) -> Array:
    """Return how many different counts the rows of each number have."""
    pairs = numpy.unique(alike * (int(counts.max(initial=0)) + 1) + counts) // (int(counts.max(initial=0)) + 1)
    return numpy.bincount(pairs, minlength=int(alike.max(initial=-1)) + 1)
