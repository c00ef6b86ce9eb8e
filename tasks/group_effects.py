"""Who gained and who was left out: effects per group, shrunken, and an equity index; pure.

Groups are compared with their own part of the control group. Each effect is drawn towards what the groups of a
dimension have in common (:mod:`tasks.estimation.shrinkage`), so that the luckiest one is not believed for its luck.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tasks import estimate
from tasks.disclosure import SMALLEST_CELL, hidden_groups
from tasks.estimate import Sums
from tasks.estimation.holm import holm
from tasks.estimation.intervals import Difference
from tasks.estimation.shrinkage import Shrunken, shrink

SHOWN = 0.05


@dataclass(frozen=True)
class Arms:
    """One group: sums and observed persons of each arm."""

    treated: Sums
    control: Sums
    persons: int
    control_persons: int

    @property
    def counts(self) -> tuple[int, int]:
        """Persons or, where they are fewer, households of each arm: a difference over a few of either tells of few."""
        persons, control_persons = min(self.persons, self.treated.clusters), self.control_persons
        return persons, min(control_persons, self.control.clusters)


@dataclass(frozen=True)
class GroupEffect:
    """The effect in one group; ``gap`` is against the rest of its dimension, ``standing`` seen from the objective."""

    group: str
    arms: Arms
    difference: Difference
    shrunken: Shrunken
    gap: float | None
    gap_p_adjusted: float | None
    standing: str


@dataclass(frozen=True)
class Equity:
    """``index`` 0–1: what the group that gained least gained, over what everybody did; None where nothing is shown."""

    index: float | None
    least: str
    most: str


def group_effects(
    groups: Mapping[str, Arms], direction: int, *, share: bool, everybody: Sequence[int] | None = None
) -> list[GroupEffect]:
    """Return the groups of one dimension that may be shown and told apart, in the order of their names.

    ``everybody``: observed persons of each arm, also those of whom the dimension says nothing, who are a group too.
    """
    names = sorted(groups)
    cells = [[groups[name].persons, groups[name].control_persons] for name in names]
    left = [max(size - sum(column), 0) for size, column in zip(everybody or (), zip(*cells, strict=True), strict=False)]
    hidden = hidden_groups([*cells, left] if any(left) else cells, SMALLEST_CELL)
    hidden |= hidden_groups([groups[name].counts for name in names], SMALLEST_CELL)
    found = {}
    for place, name in enumerate(names):
        difference = None if place in hidden else _difference(groups[name], share)
        if difference is not None:
            found[name] = difference
    if not found:
        return []
    gaps = _gaps(groups, found)
    adjusted = dict(zip(gaps, holm([p for _, p in gaps.values()]), strict=True))
    drawn = shrink([one.estimate for one in found.values()], [one.standard_error**2 for one in found.values()])
    rows = []
    for (name, difference), shrunken in zip(found.items(), drawn, strict=True):
        gap, p = gaps[name][0] if name in gaps else None, adjusted.get(name)
        rows.append(GroupEffect(name, groups[name], difference, shrunken, gap, p, _standing(gap, p, direction)))
    return rows


def equity(rows: Sequence[GroupEffect], whole: Difference | None, direction: int, *, shown: bool) -> Equity | None:
    """Return the equity of one dimension; None where fewer than two groups may be shown."""
    if len(rows) < 2:
        return None
    order = sorted(rows, key=lambda row: (direction * row.shrunken.estimate, row.group))
    index = None
    if whole is not None and shown and direction * whole.estimate > 0:
        index = min(max(order[0].shrunken.estimate / whole.estimate, 0.0), 1.0)
    return Equity(index, order[0].group, order[-1].group)


def _difference(arms: Arms, share: bool) -> Difference | None:
    try:
        return estimate.difference({"": arms.treated}, {"": arms.control}, share=share)
    except ValueError:
        return None


def _gaps(groups: Mapping[str, Arms], found: Mapping[str, Difference]) -> dict[str, tuple[float, float]]:
    """Return each group's effect minus that of the others, which weigh by their units, with its p value."""
    if len(found) < 2:
        return {}
    units = {name: groups[name].treated.units + groups[name].control.units for name in found}
    gaps = {}
    for name, mine in found.items():
        others = [other for other in found if other != name]
        whole = sum(units[other] for other in others)
        rest = sum(units[other] / whole * found[other].estimate for other in others)
        variance = sum((units[other] / whole * found[other].standard_error) ** 2 for other in others)
        error = math.sqrt(variance + mine.standard_error**2)
        gap = mine.estimate - rest
        gaps[name] = gap, math.erfc(abs(gap) / error / math.sqrt(2)) if error else float(gap == 0)
    return gaps


def _standing(gap: float | None, p: float | None, direction: int) -> str:
    if gap is None or p is None or p >= SHOWN:
        return "as_others"
    return "gained" if direction * gap > 0 else "left_out"
