"""The units of every cell by sequence: a few explore, the others get the best plan of what is left; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tasks.contact_plan import Cell, Contacts, Infeasible, Limits, Plan, Setup
from tasks.exploration import Crowd, Exploration, Offer, explore, propensity
from tasks.plan_programme import Programme, Solution
from tasks.whole_units import in_whole_units


@dataclass(frozen=True)
class Given:
    """Ranks of a cell that get one sequence, from ``first`` on, and how probable that was before the draw."""

    cell: str
    sequence: Contacts
    first: int
    last: int
    explored: bool
    propensity: float


@dataclass(frozen=True)
class PlannedUnits:
    """What every rank of every cell gets, the optimum behind it, and the programme that found the optimum."""

    given: tuple[Given, ...]
    optimum: Plan
    programme: Programme
    solution: Solution

    @property
    def opened(self) -> tuple[Setup, ...]:
        """Return the set-ups that are paid."""
        return self.optimum.opened

    def with_paid_setups(self, cell: Cell) -> Cell:
        """Return the cell without the channels whose set-up, for everybody or its language, is not paid."""
        return _without(cell, _closed(self.programme))


def plan_units(cells: Sequence[Cell], limits: Limits, exploration: float, salt: str) -> PlannedUnits:
    """Return the plan in whole units, with a share of random admissible sequences of the set-ups that it pays.

    Where the floors cannot be kept beside the exploration, nobody explores. Raises Infeasible where they cannot at all.
    """
    programme, solution, plan = optimum(cells, limits)
    crowds = _crowds(programme) if exploration else {}
    tried = explore(list(crowds.values()), exploration, salt, limits.sek, limits.co2_kg)
    rest = _beside(programme, limits, tried) if tried.plans else None
    if rest is None:
        tried, rest = NOBODY, plan.units
    return PlannedUnits(tuple(_given(programme, crowds, tried, rest)), plan, programme, solution)


def optimum(cells: Sequence[Cell], limits: Limits) -> tuple[Programme, Solution, Plan]:
    """Return the optimum with its programme and its solution before rounding.

    Where no whole units lift the least reached group, the one that keeps the brief's floors; raises Infeasible where
    none does.
    """
    for spared in SPARED if limits.max_min else (0,):
        programme = Programme(cells, limits)
        try:
            solution = programme.best(spared)
            return programme, solution, in_whole_units(programme, solution)
        except Infeasible:
            continue
    if limits.max_min:
        return optimum(cells, replace(limits, max_min=False))
    raise Infeasible


SPARED = (0, 1, 2, 4)
NOBODY = Exploration({}, 0.0, 0.0)


def _closed(programme: Programme) -> set[tuple[str, str | None]]:
    """Return channel and language of every set-up that is not paid."""
    return {(setup.channel, setup.language) for setup in programme.setups if setup not in programme.opened}


def _shut(cell: Cell, closed: set[tuple[str, str | None]]) -> set[str]:
    """Return the channels that a cell may not use, because one for everybody or its language is not paid."""
    return {channel for channel, language in closed if language in (None, cell.language)}


def _crowds(programme: Programme) -> dict[str, Crowd]:
    """Return the cells by name with every sequence that needs no set-up beyond those that are paid."""
    closed, crowds = _closed(programme), {}
    for number, cell in enumerate(programme.cells):
        shut = _shut(cell, closed)
        block, row = programme.place[number]
        offers = tuple(
            Offer(sequence, *block.amounts(row, place)[1:])
            for place, sequence in enumerate(block.shape.sequences) if not shut & set(sequence)
        )  # fmt: skip
        crowds[cell.name] = Crowd(cell.name, cell.units, offers)
    return crowds


def _beside(programme: Programme, limits: Limits, tried: Exploration) -> Mapping[tuple[str, Contacts], int] | None:
    """Return the best plan of the units that do not explore, None where the floors cannot be kept beside it."""
    closed = _closed(programme)
    needed, capacity = dict(programme.needed), dict(limits.capacity)
    rest = []
    for cell in programme.cells:
        explored = tried.explored(cell.name)
        rest.append(replace(_without(cell, closed), units=cell.units - explored))
        for group in cell.groups.keys() & needed.keys():
            needed[group] -= cell.groups[group] * explored
        for plan, count in tried.plans.get(cell.name, ()):
            for pair, option in cell.options().items():
                if pair in capacity and plan[pair[0]] == pair[1]:
                    capacity[pair] -= count * option.messages
    paid = limits.having_paid(programme.opened)
    left = replace(
        paid,
        sek=paid.sek - tried.cost_sek,
        co2_kg=paid.co2_kg - tried.co2_kg,
        capacity=capacity,
        needed={group: max(persons, 0) for group, persons in needed.items()},
        max_min=False,
    )
    try:
        if min([left.sek, left.co2_kg, *capacity.values()]) < 0:
            return None
        again = Programme(rest, left)
        return in_whole_units(again, again.best()).units
    except Infeasible:
        return None


def _without(cell: Cell, closed: set[tuple[str, str | None]]) -> Cell:
    shut = _shut(cell, closed)
    waves = tuple(tuple(option for option in options if option.channel not in shut) for options in cell.waves)
    return replace(cell, waves=waves)


def _given(
    programme: Programme,
    crowds: Mapping[str, Crowd],
    tried: Exploration,
    units: Mapping[tuple[str, Contacts], int],
) -> list[Given]:
    planned: dict[str, dict[Contacts, int]] = {}
    for (name, sequence), count in units.items():
        planned.setdefault(name, {})[sequence] = count
    given: list[Given] = []
    for cell in programme.cells:
        counts = planned.get(cell.name, {})
        explored, last = tried.explored(cell.name), 0
        choices = len(crowds[cell.name].choices) if explored else 0
        parts = [(plan, n, True) for plan, n in tried.plans.get(cell.name, ())]
        parts += [(sequence, n, False) for sequence, n in sorted(counts.items(), key=str)]
        for sequence, count, at_random in parts:
            chance = propensity(cell.units, explored, choices, counts.get(sequence, 0))
            given.append(Given(cell.name, sequence, last + 1, last + count, at_random, chance))
            last += count
    return given
