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
        closed = {(setup.channel, setup.language) for setup in self.programme.setups if setup not in self.opened}
        return _without_closed(cell, closed)


def plan_units(cells: Sequence[Cell], limits: Limits, exploration: float, salt: str) -> PlannedUnits:
    """Return the plan in whole units, with a share of random admissible sequences of the set-ups that it pays.

    Where the floors cannot be kept beside the exploration, nobody explores. Raises Infeasible where they cannot at all.
    """
    programme, solution, optimum = _optimum(cells, limits)
    tried = explore(_crowds(programme), exploration, salt, limits.sek, limits.co2_kg) if exploration else NOBODY
    rest = _beside(programme, cells, limits, tried) if tried.plans else None
    if rest is None:
        return PlannedUnits(tuple(_given(programme, NOBODY, optimum.units)), optimum, programme, solution)
    return PlannedUnits(tuple(_given(programme, tried, rest)), optimum, programme, solution)


def _optimum(cells: Sequence[Cell], limits: Limits) -> tuple[Programme, Solution, Plan]:
    """Return the optimum; where no whole units lift the least reached group, the one that keeps the brief's floors."""
    for spared in SPARED if limits.max_min else (0,):
        programme = Programme(cells, limits)
        try:
            solution = programme.best(spared)
            return programme, solution, in_whole_units(programme, solution)
        except Infeasible:
            continue
    if limits.max_min:
        return _optimum(cells, replace(limits, max_min=False))
    raise Infeasible


SPARED = (0, 1, 2, 4)
NOBODY = Exploration({}, 0.0, 0.0)


def _crowds(programme: Programme) -> list[Crowd]:
    """Return the cells with every sequence that needs no set-up beyond those that are paid."""
    closed = [setup for setup in programme.setups if setup not in programme.opened]
    crowds = []
    for number, cell in enumerate(programme.cells):
        shut = {setup.channel for setup in closed if setup.language in (None, cell.language)}
        block, row = programme.place[number]
        offers = tuple(
            Offer(sequence, float(block.sek[row, place]), float(block.co2_kg[row, place]))
            for place, sequence in enumerate(block.shape.sequences) if not shut & set(sequence)
        )  # fmt: skip
        crowds.append(Crowd(cell.name, cell.units, offers))
    return crowds


def _beside(
    programme: Programme, cells: Sequence[Cell], limits: Limits, tried: Exploration
) -> Mapping[tuple[str, Contacts], int] | None:
    """Return the best plan of the units that do not explore, None where the floors cannot be kept beside it."""
    opened = programme.opened
    needed, capacity = dict(programme.needed), dict(limits.capacity)
    rest = []
    for cell in programme.cells:
        explored = tried.explored(cell.name)
        rest.append(replace(cell, units=cell.units - explored))
        for group in cell.groups.keys() & needed.keys():
            needed[group] -= cell.groups[group] * explored
        for plan, count in tried.plans.get(cell.name, ()):
            for pair, option in cell.options().items():
                if pair in capacity and plan[pair[0]] == pair[1]:
                    capacity[pair] -= count * option.messages
    left = replace(
        limits,
        sek=limits.sek - tried.cost_sek - sum(setup.sek for setup in opened),
        co2_kg=limits.co2_kg - tried.co2_kg - sum(setup.co2_kg for setup in opened),
        capacity=capacity,
        setups=(),
        needed={group: max(persons, 0) for group, persons in needed.items()},
        max_min=False,
    )
    closed = {(setup.channel, setup.language) for setup in programme.setups if setup not in opened}
    try:
        if min([left.sek, left.co2_kg, *capacity.values()]) < 0:
            return None
        without = [_without_closed(cell, closed) for cell in rest]
        again = Programme(without, left)
        return in_whole_units(again, again.best()).units
    except Infeasible:
        return None


def _without_closed(cell: Cell, closed: set[tuple[str, str | None]]) -> Cell:
    """Return the cell without the channels whose set-up, for everybody or its language, is not paid."""
    waves = tuple(
        tuple(option for option in options if not {(option.channel, None), (option.channel, cell.language)} & closed)
        for options in cell.waves
    )
    return replace(cell, waves=waves)


def _given(programme: Programme, tried: Exploration, units: Mapping[tuple[str, Contacts], int]) -> list[Given]:
    planned: dict[str, list[tuple[Contacts, int]]] = {}
    for (name, sequence), count in units.items():
        planned.setdefault(name, []).append((sequence, count))
    crowds = {crowd.name: crowd for crowd in _crowds(programme)} if tried.plans else {}
    given: list[Given] = []
    for cell in programme.cells:
        counts = dict(planned.get(cell.name, ()))
        explored, last = tried.explored(cell.name), 0
        choices = len(crowds[cell.name].choices) if explored else 0
        parts = [(plan, n, True) for plan, n in tried.plans.get(cell.name, ())]
        parts += [(sequence, n, False) for sequence, n in sorted(counts.items(), key=str)]
        for sequence, count, at_random in parts:
            chance = propensity(cell.units, explored, choices, counts.get(sequence, 0))
            given.append(Given(cell.name, sequence, last + 1, last + count, at_random, chance))
            last += count
    return given
