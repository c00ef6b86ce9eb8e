"""Treated minus holdout for those who were given the same channels, from sums alone; pure.

Within a segment chance decides who is held out, and the rank by keyed hash who gets which of its plans, so people with
the same channels compare with those held out. What was drawn as one, a household say, is compared with what has as many
persons: large households may be planned otherwise than small ones.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

from tasks.beliefs import Contrast
from tasks.estimate import Sums


@dataclass(frozen=True)
class Group:
    """Clusters of one segment and of ``size`` persons that got the same channels, ``persons`` in all.

    ``exposure`` is the accepted contacts per person, by channel.
    """

    segment: str
    size: int
    exposure: Mapping[str, float]
    sums: Sums
    persons: int = 0


def contrasts(treated: Iterable[Group], holdout: Iterable[Group], direction: int = 1) -> list[Contrast]:
    """Return the effect of each group of treated against the holdout of its segment and size.

    ``direction`` is −1 where the objective is that fewer do something. Groups are small where they explore, so every
    group takes the variance per cluster that all groups of its segment have together, one success and one failure
    added (Agresti and Caffo, 2000). A variance of its own would be small where few happen to act, and so weigh a lucky
    difference more than an unlucky one: in the simulation of docs/learning.md plans then promised 1.5 % too much.
    """
    control = {(group.segment, group.size): group for group in holdout if group.sums.units > 0}
    compared = [group for group in treated if group.sums.units > 0 and (group.segment, group.size) in control]
    found = []
    for segment in sorted({group.segment for group in compared}):
        mine = [group for group in compared if group.segment == segment]
        others = [control[segment, size] for size in sorted({group.size for group in mine})]
        spread = _spread([group.sums for group in (*mine, *others)])
        for group in mine:
            other = control[segment, group.size].sums
            error = sqrt(sum(spread * sums.units_squared / sums.units**2 for sums in (group.sums, other)))
            effect = direction * (group.sums.mean - other.mean)
            exposure = {name: contacts for name, contacts in group.exposure.items() if contacts > 0}
            found += [Contrast(segment, effect, error, exposure)] if exposure else []
    return found


def _spread(sums: list[Sums]) -> float:
    """Return the variance of a cluster's outcome per unit, around the mean of its own group."""
    squares = sum(one.total_squared - 2 * one.mean * one.cross + one.mean**2 * one.units_squared for one in sums)
    units = sum(one.units for one in sums)
    share = (sum(one.total for one in sums) + 1) / (units + 2)
    each = sum(one.units_squared for one in sums)
    freedom = max(sum(one.clusters for one in sums) - len(sums), 0) / sum(one.clusters for one in sums)
    return (max(squares, 0.0) + share * (1 - share)) / (each * freedom + 1)
