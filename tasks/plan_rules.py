"""What simpler rules would have given: the same cells and limits, planned as a city might by hand; pure.

Each rule may leave a fraction of a unit over, which only flatters it in the comparison.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import inf

import numpy as np

from tasks.contact_plan import Cell, Limits
from tasks.contact_sequences import Floats
from tasks.plan_blocks import BUDGET, CARBON, Block, Row
from tasks.plan_programme import Programme

TRIFLE = 1e-9


@dataclass(frozen=True)
class RuleResult:
    """What a rule reaches: persons who act, kronor, kilograms, and the share reached of the group reached least."""

    effect: float
    sek: float
    co2_kg: float
    lowest_reach: float


@dataclass
class State:
    """Units of every cell by sequence, None for those not contacted, and what is left of each ceiling."""

    programme: Programme
    left: dict[Row, float]
    units: dict[int, dict[int | None, float]] = field(default_factory=dict)

    @classmethod
    def empty(cls, cells: Sequence[Cell], limits: Limits) -> "State":
        """Return nobody contacted and every ceiling whole; set-ups are not charged, which flatters the rules."""
        programme = Programme(cells, limits)
        left = {row: programme.limit(row) for row in programme.rows if row[0] in {"budget", "carbon", "capacity"}}
        units: dict[int, dict[int | None, float]] = {n: {None: float(c.units)} for n, c in enumerate(programme.cells)}
        return cls(programme, left, units)

    def move(self, cell: int, start: int | None, goal: int, most: float = inf) -> float:
        """Give as many units as the limits allow another sequence; returns how many."""
        change = self._entries(cell, goal)
        for row, amount in self._entries(cell, start).items() if start is not None else ():
            change[row] = change.get(row, 0.0) - amount
        room = [self.left[row] / amount for row, amount in change.items() if amount > 0]
        moved = max(min([self.units[cell].get(start, 0.0), most, *room]), 0.0)
        for row, amount in change.items():
            self.left[row] -= moved * amount
        self.units[cell][start] = self.units[cell].get(start, 0.0) - moved
        self.units[cell][goal] = self.units[cell].get(goal, 0.0) + moved
        return moved

    def result(self) -> RuleResult:
        """Return what the state reaches."""
        columns = [(c, s, n) for c, by in self.units.items() for s, n in by.items() if s is not None and n > 0]
        figures = [(n, *self.programme.unit(cell, sequence)) for cell, sequence, n in columns]
        reached = dict.fromkeys(self.programme.groups, 0.0)
        for cell, _, n in columns:
            for group, members in self.programme.cells[cell].groups.items():
                reached[group] += n * members
        shares = [reached[group] / people for group, people in self.programme.addressable.items() if people]
        effect, sek, co2 = (sum(row[0] * row[place] for row in figures) for place in (1, 2, 3))
        return RuleResult(effect, sek, co2, min(shares, default=1.0))

    def _entries(self, cell: int, sequence: int) -> dict[Row, float]:
        return {row: amount for row, amount in self.programme.entries(cell, sequence) if row in self.left}


def one_channel_to_everybody(cells: Sequence[Cell], limits: Limits, channel: str) -> RuleResult:
    """Send one message through one channel, in the first wave that has it, to everybody whom it reaches."""
    state = State.empty(cells, limits)
    for cell in range(len(state.programme.cells)):
        sequences = state.programme.place[cell][0].shape.sequences
        single = next((n for n, s in enumerate(sequences) if [name for name in s if name] == [channel]), None)
        if single is not None:
            state.move(cell, None, single)
    return state.result()


def cheapest_first(cells: Sequence[Cell], limits: Limits) -> RuleResult:
    """Give everybody the cheapest single contact, the cheapest per person first, until the money is spent."""
    state = State.empty(cells, limits)
    cheapest = {cell: _cheapest(state, cell) for cell in range(len(state.programme.cells))}
    for cell in sorted(cheapest, key=lambda cell: (_sek_per_person(state, cell, cheapest[cell]), cell)):
        state.move(cell, None, cheapest[cell])
    return state.result()


def swapping_greedy(cells: Sequence[Cell], limits: Limits) -> RuleResult:
    """Keep the floors as cheaply as they go, then always make the change that gains most for what it takes.

    A change may swap any sequence of a cell for any better one, so this is the strongest of the simple rules.
    """
    return _greedy(cells, limits, lambda block, start: np.ones(len(block.shape.sequences), dtype=bool))


def adding_greedy(cells: Sequence[Cell], limits: Limits) -> RuleResult:
    """Do the same, but only ever add one contact to those that a cell has."""

    def one_more(block: Block, start: int | None) -> Floats:
        use = block.shape.use
        before = use[start] if start is not None else np.zeros(use.shape[1])
        return np.asarray((use.sum(axis=1) == before.sum() + 1) & ((use - before) >= 0).all(axis=1))

    return _greedy(cells, limits, one_more)


def _greedy(cells: Sequence[Cell], limits: Limits, allowed: Callable[[Block, int | None], Floats]) -> RuleResult:
    state = State.empty(cells, limits)
    _keep_floors(state)
    closed: set[tuple[int, int | None, int]] = set()
    candidates = {cell: list(_changes(state, cell, allowed, closed)) for cell in range(len(state.programme.cells))}
    while best := max((c for each in candidates.values() for c in each), key=_preference, default=None):
        _, _, cell, start, goal = best
        wanted = state.units[cell][start]
        if state.move(cell, start, goal) < wanted - TRIFLE:
            closed.add((cell, start, goal))
        candidates[cell] = list(_changes(state, cell, allowed, closed))
    return state.result()


def _preference(change: tuple[float, int, int, int | None, int]) -> tuple[float, int, int, int]:
    ratio, order, _, start, goal = change
    return ratio, order, -1 if start is None else start, -goal


def _changes(
    state: State,
    cell: int,
    allowed: Callable[[Block, int | None], Floats],
    closed: set[tuple[int, int | None, int]],
) -> Iterator[tuple[float, int, int, int | None, int]]:
    """Yield, for each sequence that units of a cell have, the change that gains most for its share of the ceilings."""
    block, row = state.programme.place[cell]
    price = _share(state, block, row)
    for start, units in state.units[cell].items():
        if units <= TRIFLE:
            continue
        gain = block.effect[row] - (block.effect[row, start] if start is not None else 0.0)
        cost = price - (price[start] if start is not None else 0.0)
        possible = (gain > TRIFLE) & allowed(block, start) & _affordable(state, block, row, start)
        ratio = np.where(possible, gain / np.maximum(cost, TRIFLE), 0.0)
        ratio[[goal for place, begin, goal in closed if (place, begin) == (cell, start)]] = 0.0
        goal = int(ratio.argmax())
        if ratio[goal] > 0:
            yield float(ratio[goal]), -cell, cell, start, goal


def _affordable(state: State, block: Block, row: int, start: int | None) -> Floats:
    """Say for each sequence whether money and carbon are left for what it takes more than the one given up."""
    possible = np.ones(len(block.shape.sequences), dtype=bool)
    for key, amounts in ((BUDGET, block.sek[row]), (CARBON, block.co2_kg[row])):
        if state.left[key] <= TRIFLE * max(state.programme.limit(key), 1.0):
            possible &= amounts - (amounts[start] if start is not None else 0.0) <= 0
    return np.asarray(possible)


def _share(state: State, block: Block, row: int) -> Floats:
    """Return what each sequence takes of the ceilings of money and carbon, as shares, summed."""
    total = np.zeros(len(block.shape.sequences))
    for key, amounts in ((BUDGET, block.sek[row]), (CARBON, block.co2_kg[row])):
        most = state.programme.limit(key)
        if 0 < most < inf:
            total = total + amounts / most
    return np.asarray(total)


def _keep_floors(state: State) -> None:
    programme = state.programme
    for group, needed in sorted(programme.needed.items()):
        members = [cell for cell, known in enumerate(programme.cells) if known.groups.get(group)]
        reached = sum(
            n * programme.cells[cell].groups[group]
            for cell in members for sequence, n in state.units[cell].items() if sequence is not None
        )  # fmt: skip
        cheapest = {cell: _cheapest(state, cell) for cell in members}
        for cell in sorted(members, key=lambda cell: (_sek_per_person(state, cell, cheapest[cell]), cell)):
            share = programme.cells[cell].groups[group]
            if reached < needed:
                reached += share * state.move(cell, None, cheapest[cell], (needed - reached) / share)


def _cheapest(state: State, cell: int) -> int:
    block, row = state.programme.place[cell]
    return int(np.lexsort((-block.effect[row], block.sek[row]))[0])


def _sek_per_person(state: State, cell: int, sequence: int) -> float:
    return state.programme.unit(cell, sequence)[1] / state.programme.cells[cell].size
