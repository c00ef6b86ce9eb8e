"""What it did to those who received it because they were drawn: secondary, and only as good as its assumption; pure.

The assumption: the draw changes the outcome only by changing what was received. Source: Imbens and Angrist (1994);
Wald's estimator, which equals two-stage least squares, and its sandwich variance, that of the outcome minus the effect
times what was received.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tasks.estimation.intervals import Difference

WEAK = 10.0


@dataclass(frozen=True)
class ComplierEffect:
    """The effect per unit received, in the unit of the outcome, with its standard error."""

    effect: float
    standard_error: float


def complier_effect(
    outcome: Difference, received: Difference, along: Callable[[float], Difference]
) -> ComplierEffect | None:
    """Return the effect on compliers; None where the draw hardly changed who received it (F below 10).

    ``along`` gives the difference of the outcome minus a slope times what was received. Staiger and Stock (1997).
    """
    if received.estimate == 0 or received.estimate**2 < WEAK * received.standard_error**2:
        return None
    effect = outcome.estimate / received.estimate
    return ComplierEffect(effect, along(effect).standard_error / abs(received.estimate))
