"""What one of several planned looks may claim, so that all of them together raise no more false alarms than one."""

import math
from datetime import datetime

from tasks.estimation.intervals import Difference, newcombe
from tasks.estimation.looks_spending import boundaries, confidence_sequence

Interval = tuple[float, float]


def look_level(start: datetime, times: tuple[datetime, ...], look: int) -> float:
    """Return the p value that a claim of the look must lie below: O'Brien–Fleming spending over the planned looks.

    ``times`` are those of the looks that compare the arms, the first ones: what was kept for a look that compares
    nobody would be lost. A look after them may claim nothing: 0.

    Looks weigh by the time since the start (calendar-time spending, Lan and DeMets, 1989), by their number where two
    fall on one moment. The same people are observed again, so the estimates are more alike than the boundaries assume,
    which only makes them cautious; were they independent, all looks together would exceed 5 % by what the earlier ones
    spend times 5 %, less than a tenth of a percentage point.
    """
    from scipy.special import ndtr

    if look > len(times):
        return 0.0
    elapsed = [(time - start).total_seconds() for time in times]
    rising = all(before < after for before, after in zip([0.0, *elapsed], elapsed, strict=False))
    fractions = (
        [time / elapsed[-1] for time in elapsed] if rising else [(n + 1) / len(times) for n in range(len(times))]
    )
    return 2 * float(ndtr(-boundaries(fractions[:look])[-1]))


def look_interval(found: Difference, level: float) -> Interval:
    """Return the interval that holds at all planned looks together: the plain one's rule at the level of this look."""
    from scipy.special import stdtrit

    return _around(found, float(stdtrit(found.freedom, 1 - level / 2)))


def anytime_interval(found: Difference, clusters: int, drawn: int) -> Interval:
    """Return the interval that holds however often somebody looks, tightest when all drawn clusters are observed."""
    if not clusters or not drawn:
        return -math.inf, math.inf
    return _around(found, confidence_sequence(1.0, clusters, drawn))


def power_reached(found: Difference, change: float, level: float) -> tuple[float, float]:
    """Return the effect shown with power 0.80 at the level, and the power there was to show the change asked for."""
    from scipy.special import ndtr, stdtr, stdtrit

    quantile = float(stdtrit(found.freedom, 1 - level / 2))
    if not found.standard_error:
        return 0.0, 1.0
    detectable = (quantile + float(stdtrit(found.freedom, 0.80))) * found.standard_error
    way = abs(change) / found.standard_error
    exact = math.isfinite(found.freedom)
    return detectable, float(stdtr(found.freedom, way - quantile) if exact else ndtr(way - quantile))


def _around(found: Difference, multiple: float) -> tuple[float, float]:
    """Return both ends of the interval of so many standard errors, by the rule that gave the 95 % interval.

    It holds that one at least: of more standard errors, it may claim no more.
    """
    half = multiple * found.standard_error
    low, high = newcombe(*found.scored, multiple) if found.scored else (found.estimate - half, found.estimate + half)
    return min(low, found.low), max(high, found.high)
