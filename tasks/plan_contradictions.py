"""Which demands of a brief contradict each other, and by how much; pure.

A smallest set of demands that cannot hold together is found by leaving out one after another (the deletion filter of
Chinneck and Dravnieks, Locating Minimal Infeasible Constraint Sets in Linear Programs, 1991). Of each ceiling in it is
said how much would do, of a floor that stands alone how far it can be kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

from tasks.contact_plan import Cell, Infeasible, Limits
from tasks.plan_blocks import BUDGET, CARBON, Aim, Row
from tasks.plan_programme import Programme
from tasks.whole_units import in_whole_units, usage

HALVINGS = 10


@dataclass(frozen=True)
class Contradiction:
    """Floors (group to share) and ceilings (row to what there is) that cannot all hold; each leaves a way out.

    ``needed`` is what each ceiling would have to be while the others hold, infinite where no amount is enough;
    ``reachable`` is a share, within a thousandth of the greatest, at which the floors could all stand.
    """

    floors: Mapping[str, float]
    ceilings: Mapping[Row, float]
    needed: Mapping[Row, float]
    reachable: float


def contradiction(cells: Sequence[Cell], limits: Limits) -> Contradiction:
    """Return a smallest contradiction among the demands of a brief for which no plan exists."""
    floors, ceilings = dict(limits.floors), _ceilings(limits)
    for group in sorted(floors, key=lambda group: (floors[group], group)):
        kept = {name: share for name, share in floors.items() if name != group}
        if not is_possible(cells, _limits(limits, kept, ceilings)):
            floors = kept
    for row in sorted(ceilings, key=str):
        others = {name: most for name, most in ceilings.items() if name != row}
        if not is_possible(cells, _limits(limits, floors, others)):
            ceilings = others
    needed = {row: _needed(cells, _limits(limits, floors, _without(ceilings, row)), row) for row in ceilings}
    return Contradiction(floors, ceilings, needed, _reachable(cells, _limits(limits, floors, ceilings)))


def is_possible(cells: Sequence[Cell], limits: Limits) -> bool:
    """Say whether any plan in whole units keeps the floors within the limits."""
    programme = Programme(cells, limits)
    try:
        in_whole_units(programme, programme.best())
    except Infeasible:
        return False
    return True


def _ceilings(limits: Limits) -> dict[Row, float]:
    ceilings: dict[Row, float] = {BUDGET: limits.sek, CARBON: limits.co2_kg}
    return ceilings | {("capacity", pair): most for pair, most in limits.capacity.items()}


def _without(ceilings: Mapping[Row, float], row: Row) -> dict[Row, float]:
    return {name: most for name, most in ceilings.items() if name != row}


def _limits(limits: Limits, floors: Mapping[str, float], ceilings: Mapping[Row, float]) -> Limits:
    return replace(
        limits,
        sek=ceilings.get(BUDGET, inf),
        co2_kg=ceilings.get(CARBON, inf),
        capacity={row[1]: most for row, most in ceilings.items() if row[0] == "capacity"},
        floors=floors,
        max_min=False,
    )


def _needed(cells: Sequence[Cell], limits: Limits, row: Row) -> float:
    aim = {"budget": Aim(sek=-1.0), "carbon": Aim(co2_kg=-1.0), "capacity": Aim(messages=row[1])}[row[0]]
    programme = Programme(cells, limits)
    try:
        if programme.shortfall() > 0:
            return inf
        programme.optimise(aim)
    except Infeasible:
        return inf
    units = programme.whole(aim)
    if units is None:
        return inf
    if row[0] == "capacity":
        return sum(_taken(programme, column, row[1]) * count for column, count in units.items())
    return usage(programme, units)[row]


def _taken(programme: Programme, column: tuple[int, int], pair: tuple[int, str]) -> float:
    block, row = programme.place[column[0]]
    return block.taken(row, column[1], pair)


def _reachable(cells: Sequence[Cell], limits: Limits) -> float:
    """Return a share, within a thousandth, at which the floors can stand together in whole units; 0 where at none."""
    low, high = 0.0, max(limits.floors.values(), default=0.0)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        lowered = {group: min(share, middle) for group, share in limits.floors.items()}
        low, high = (middle, high) if is_possible(cells, replace(limits, floors=lowered)) else (low, middle)
    return low
