"""Looking more than once without more false alarms; pure.

Sources: spending, Lan and DeMets (1983), their O'Brien–Fleming-like function, α/2
on either side: α(t) = 4 − 4Φ(z/√t), z at 1 − α/4; its boundaries by
recursive integration, Armitage, McPherson and Rowe (1969); asymptotic confidence sequence, Waudby-Smith et al. (2024),
theorem 2.2, ρ at the sample size where it is to be tightest (2.3).
"""

import math
from collections.abc import Sequence

import numpy
from numpy.typing import NDArray

Paths = tuple[NDArray[numpy.float64], NDArray[numpy.float64]]

LEVEL = 0.05
POINTS = 601
REACH = 9.0


def boundaries(fractions: Sequence[float], level: float = LEVEL) -> list[float]:
    """Return, for looks at these rising fractions of the information (the last at most 1), the |z| that each must pass.

    The estimate at look k then has the interval ± boundary × standard error, and all of them hold together with 95 %.
    """
    from scipy.special import ndtr, ndtri

    steps = [after - before for before, after in zip([0.0, *fractions], fractions, strict=False)]
    if not fractions or min(steps) <= 0 or fractions[-1] > 1:
        raise ValueError("the fractions of information must rise and end at 1 or before")
    spent = [4 - 4 * float(ndtr(-ndtri(level / 4) / math.sqrt(t))) for t in fractions]
    found = [float(-ndtri(spent[0] / 2))]
    paths = _start(fractions[0], found[0])
    for look in range(1, len(fractions)):
        root = math.sqrt(fractions[look])
        found.append(_next(paths, steps[look], root, spent[look] - spent[look - 1]))
        paths = _onward(paths, steps[look], min(found[-1], REACH) * root)
    return found


def confidence_sequence(standard_error: float, units: float, tightest_at: float, level: float = LEVEL) -> float:
    """Return half the width of an interval that holds at every look together, however often somebody looks.

    ``units`` is how many independent units have been seen, ``tightest_at`` how many are expected at the main look.
    """
    tightness = (-2 * math.log(level) + math.log(-2 * math.log(level) + 1)) / tightest_at
    scaled = units * tightness
    return standard_error * math.sqrt(2 * (scaled + 1) / scaled * math.log(math.sqrt(scaled + 1) / level))


def _start(fraction: float, bound: float) -> Paths:
    edge = min(bound, REACH) * math.sqrt(fraction)
    grid = numpy.linspace(-edge, edge, POINTS)
    return grid, numpy.exp(-(grid**2) / (2 * fraction)) / math.sqrt(2 * math.pi * fraction)


def _next(paths: Paths, step: float, root: float, spend: float) -> float:
    """Find the boundary at which exactly ``spend`` is used, given the paths that passed none before."""
    from scipy.optimize import brentq
    from scipy.special import ndtr

    grid, density = paths
    deviation = math.sqrt(step)

    def excess(bound: float) -> float:
        beyond = ndtr((grid - bound * root) / deviation) + ndtr((-bound * root - grid) / deviation)
        return float(numpy.trapezoid(density * beyond, grid)) - spend

    return REACH if excess(REACH) >= 0 else float(brentq(excess, 0.0, REACH, xtol=1e-10))


def _onward(paths: Paths, step: float, edge: float) -> Paths:
    """Return the density of the Brownian motion one look later, of the paths that stay within the edge."""
    grid, density = paths
    ahead = numpy.linspace(-edge, edge, POINTS)
    kernel = numpy.exp(-((ahead[:, None] - grid[None, :]) ** 2) / (2 * step)) / math.sqrt(2 * math.pi * step)
    after: NDArray[numpy.float64] = numpy.asarray(numpy.trapezoid(kernel * density[None, :], grid, axis=1))
    return ahead, after
