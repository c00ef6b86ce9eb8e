"""The linear programme of a plan, by column generation.

Only sequences that can still improve the plan become columns (Gilmore and Gomory, A Linear Programming Approach to the
Cutting-Stock Problem, 1961): the programme is solved over those it has, its prices value every sequence of every cell,
and the best one of each cell joins, until none gains. The prices then hold for all sequences, priced or not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor, inf

import numpy as np

from tasks.contact_plan import Cell, Contacts, Infeasible, Limits, Setup, demands
from tasks.contact_sequences import Floats
from tasks.plan_blocks import BUDGET, CARBON, EFFECT, LEVEL, NO_SHORTFALL, Aim, Row, blocks_of
from tasks.plan_model import Found, Model

TOLERANCE = 1e-9
LEVEL_MARGIN = 1e-3
MOST_COLUMNS = 200_000


@dataclass(frozen=True)
class Solution:
    """Units above zero by (cell, sequence) index, the value, the prices of the rows, and the certificate.

    ``bound`` is what no plan can exceed whatever its sequences: the value plus, for each cell, its units times the best
    reduced gain that is left. ``level`` is the share that the least reached group gets, where that was the aim.
    """

    units: Mapping[tuple[int, int], float]
    value: float
    prices: Mapping[Row, float]
    bound: float
    level: float = 0.0


class Programme:
    """One plan's programme; it keeps its columns, so that solving again with other limits is quick."""

    def __init__(self, cells: Sequence[Cell], limits: Limits) -> None:
        self.cells = sorted((cell for cell in cells if cell.is_reachable and cell.units), key=lambda cell: cell.name)
        self.limits = limits
        self.groups = sorted(
            {group for cell in self.cells for group in cell.groups} | set(limits.floors) | set(limits.needed or ())
        )
        self.needed = dict(limits.needed) if limits.needed is not None else demands(self.cells, limits.floors)
        self.addressable = demands(self.cells, dict.fromkeys(self.groups, 1.0))
        self.setups = [setup for setup in limits.setups if setup.sek or setup.co2_kg]
        self.opened: tuple[Setup, ...] = ()
        self.blocks = list(blocks_of(self.cells, self.groups, self.setups))
        self.place = {cell: (block, row) for block in self.blocks for row, cell in enumerate(block.cells)}
        self.rows: list[Row] = []
        self._limit: dict[Row, float] = {}
        self.columns: list[tuple[int, int]] = []
        self._known: set[tuple[int, int]] = set()
        self._model = Model()
        self._make_rows()
        self._make_fixed_columns()
        self.add([(cell, 0) for cell in range(len(self.cells))])

    def best(self, spared: int = 0) -> Solution:
        """Return the plan of greatest effect with floors and set-ups; max-min lifts the least reached first.

        ``spared`` persons of each group may be left out of what max-min asks for, where whole units need that room.
        """
        if not self.cells:
            return Solution({}, 0.0, {}, 0.0)
        if self.shortfall() > TOLERANCE:
            raise Infeasible
        if self.limits.max_min:
            self._lift_least_reached(spared)
        if self.setups:
            self._decide_setups()
        return self.optimise(EFFECT)

    def shortfall(self) -> float:
        """Return the least sum of unmet floors, each as a share of its need."""
        return max(-self.optimise(NO_SHORTFALL).value, 0.0) if any(self.needed.values()) else 0.0

    def highest_level(self) -> float:
        """Return the greatest share that every group can be reached with at once, within limits and floors."""
        return self.optimise(LEVEL).level

    def optimise(self, aim: Aim) -> Solution:
        """Solve for one aim to the end of column generation; raises Infeasible where the floors cannot be kept."""
        self._set_aim(aim)
        while True:
            found = self._model.run()
            if found is None:
                raise Infeasible
            prices = dict(zip(self.rows, found.prices, strict=True))
            left, entering = self._price(prices, aim)
            if not entering:
                values = zip(self.columns, found.values[self._first :], strict=True)
                units = {column: amount for column, amount in values if amount > TOLERANCE}
                return Solution(units, found.value, prices, found.value + left, found.values[0])
            self.add(entering)
            self._set_gains(aim, len(self.columns) - len(entering))

    def whole(self, aim: Aim = EFFECT, margin: float = 0.0) -> dict[tuple[int, int], int] | None:
        """Solve for an aim in whole units, ceilings less ``margin``; None where no whole units keep every row."""
        ceilings = {row: most for row, most in self._limit.items() if row[0] != "floor"}
        for row, most in ceilings.items():
            self.change_limit(row, most - margin)
        self._fix_setups(None)
        found = self._run_whole(aim, range(self._first_setup, self._first), all_columns=True)
        for row, most in ceilings.items():
            self.change_limit(row, most)
        if found is None:
            return None
        self._fix_setups([round(value) for value in found.values[self._first_setup : self._first]])
        return {column: n for column, n in zip(self.columns, map(round, found.values[self._first :]), strict=True) if n}

    def _run_whole(self, aim: Aim, setups: range, *, all_columns: bool) -> Found | None:
        """Solve over the columns priced so far and, where these do not suffice, over all, if not too many."""
        for _ in range(2):
            self._set_aim(aim)
            found = self._model.run(whole=range(setups.start, self._model.columns) if all_columns else setups)
            if found is not None or self._size() > MOST_COLUMNS:
                return found
            self.add(self.every_column())
        return None

    def _fix_setups(self, paid: Sequence[int] | None) -> None:
        """Hold every set-up at paid or not, or let the programme decide again."""
        for number in range(len(self.setups)):
            bounds = (0, 1) if paid is None else (paid[number],) * 2
            self._model.bound_column(self._first_setup + number, *bounds)
        if paid is not None:
            self.opened = tuple(setup for setup, yes in zip(self.setups, paid, strict=True) if yes)

    def change_limit(self, row: Row, amount: float) -> None:
        """Put another amount in place of a ceiling, or another number of persons in place of a floor's."""
        self._limit[row] = amount
        bounds = (amount, inf) if row[0] == "floor" else (-inf, amount)
        self._model.bound_row(self.rows.index(row), *bounds)

    def limit(self, row: Row) -> float:
        """Return the amount of a ceiling, or the persons that a floor asks for."""
        return self._limit[row]

    def unit(self, cell: int, sequence: int) -> tuple[float, float, float]:
        """Return persons who act, kronor and kilograms of one unit of a cell given a sequence."""
        block, row = self.place[cell]
        return block.amounts(row, sequence)

    def net(self, cell: int, prices: Mapping[Row, float]) -> Floats:
        """Return what a unit of a cell is worth less what the rows charge it, per sequence."""
        block, row = self.place[cell]
        return np.asarray(block.effect[row] - block.charges(prices, self.groups, self.setups)[row])

    def contacts(self, cell: int, sequence: int) -> Contacts:
        """Return the channels of a sequence."""
        return self.place[cell][0].shape.sequences[sequence]

    def entries(self, cell: int, sequence: int) -> Iterator[tuple[Row, float]]:
        """Yield what one unit of a cell given a sequence puts into each row of the programme."""
        block, row = self.place[cell]
        yield ("cell", cell), 1.0
        yield BUDGET, block.sek[row, sequence]
        yield CARBON, block.co2_kg[row, sequence]
        for pair in np.flatnonzero(block.shape.use[sequence]):
            if ("capacity", block.shape.pairs[pair]) in self._limit:
                yield ("capacity", block.shape.pairs[pair]), block.messages[row, pair]
        for group, members in self.cells[cell].groups.items():
            yield ("floor", group), float(members)
            yield ("level", group), float(members)
        used = block.shape.sequences[sequence]
        for number in np.flatnonzero(block.setups[row]):
            if self.setups[number].channel in used:
                yield ("setup", number), 1.0

    def every_column(self) -> Iterator[tuple[int, int]]:
        """Yield every sequence of every cell."""
        for cell, (block, _) in sorted(self.place.items()):
            yield from ((cell, sequence) for sequence in range(len(block.shape.sequences)))

    def add(self, columns: Iterable[tuple[int, int]]) -> None:
        """Let sequences join the programme; those that are in it already are passed over."""
        new = [column for column in dict.fromkeys(columns) if column not in self._known]
        index = {row: number for number, row in enumerate(self.rows)}
        if new:
            entries = [{index[row]: amount for row, amount in self.entries(*column) if amount} for column in new]
            self._model.add_columns([(0.0, inf, each) for each in entries])
            self.columns += new
            self._known.update(new)

    def _make_rows(self) -> None:
        ceilings = {BUDGET: self.limits.sek, CARBON: self.limits.co2_kg}
        ceilings |= {("capacity", pair): most for pair, most in sorted(self.limits.capacity.items()) if most < inf}
        floors: dict[Row, float] = {("floor", group): self.needed.get(group, -inf) for group in self.groups}
        self._limit = ceilings | floors
        bounds = [(row, -inf, most) for row, most in ceilings.items()]
        bounds += [(row, least, inf) for row, least in floors.items()]
        bounds += [(("level", group), 0.0, inf) for group in self.groups]
        bounds += [(("setup", number), -inf, 0.0) for number in range(len(self.setups))]
        bounds += [(("cell", number), -inf, float(cell.units)) for number, cell in enumerate(self.cells)]
        for row, low, high in bounds:
            self.rows.append(row)
            self._model.add_row(low, high)

    def _make_fixed_columns(self) -> None:
        """Add the level of the least reached group, what each floor falls short, and the set-ups, in this order."""
        index = {row: number for number, row in enumerate(self.rows)}
        level = {index["level", group]: -float(persons) for group, persons in self.addressable.items() if persons}
        columns: list[tuple[float, float, dict[int, float]]] = [(0.0, 0.0, level)]
        columns += [(0.0, 0.0, {index["floor", group]: 1.0}) for group in self.groups]
        for number, setup in enumerate(self.setups):
            units = sum(self.cells[cell].units for cell in range(len(self.cells)) if self._concerns(number, cell))
            costs = {index[BUDGET]: setup.sek, index[CARBON]: setup.co2_kg, index["setup", number]: -float(units)}
            columns.append((0.0, 1.0, {row: amount for row, amount in costs.items() if amount}))
        self._model.add_columns(columns)
        self._first_setup, self._first = 1 + len(self.groups), len(columns)

    def _concerns(self, setup: int, cell: int) -> bool:
        block, row = self.place[cell]
        return bool(block.setups[row, setup])

    def _set_aim(self, aim: Aim) -> None:
        self._model.bound_column(0, 0.0, 1.0 if aim.level else 0.0)
        for number, group in enumerate(self.groups, start=1):
            self._model.bound_column(number, 0.0, inf if aim.shortfall and self.needed.get(group) else 0.0)
        shortfalls = [aim.shortfall / max(self.needed.get(group, 0), 1) for group in self.groups]
        setups = [aim.sek * setup.sek + aim.co2_kg * setup.co2_kg for setup in self.setups]
        self._model.set_gains([aim.level, *shortfalls, *setups])
        self._set_gains(aim, 0)

    def _set_gains(self, aim: Aim, first: int) -> None:
        gains = []
        for cell, sequence in self.columns[first:]:
            block, row = self.place[cell]
            gains.append(float(block.gains(aim, row)[sequence]))
        self._model.set_gains(gains, self._first + first)

    def _price(self, prices: Mapping[Row, float], aim: Aim) -> tuple[float, list[tuple[int, int]]]:
        """Return what is left to gain at most, and the best sequence of every cell where one is not in yet."""
        left, entering = 0.0, []
        for block in self.blocks:
            worth = block.gains(aim)
            reduced = worth - block.charges(prices, self.groups, self.setups)
            reduced -= np.array([[prices["cell", cell]] for cell in block.cells])
            best = reduced.argmax(axis=1)
            gain = reduced[np.arange(len(best)), best]
            tolerance = TOLERANCE * max(float(np.abs(worth).max()), TOLERANCE)
            for row in np.flatnonzero(gain > tolerance):
                left += float(gain[row]) * self.cells[block.cells[row]].units
                if (column := (block.cells[row], int(best[row]))) not in self._known:
                    entering.append(column)
        return left, entering

    def _lift_least_reached(self, spared: int) -> None:
        """Make floors of the greatest share with which every group can be reached at once, with set-ups in whole."""
        level = self.highest_level()
        if self.setups:
            found = self._run_whole(LEVEL, range(self._first_setup, self._first), all_columns=False)
            level = found.values[0] if found is not None else 0.0
        for group, persons in self.addressable.items():
            wanted = floor(level * persons + LEVEL_MARGIN**2) - floor(level * persons * LEVEL_MARGIN) - spared
            self.needed[group] = max(self.needed.get(group, 0), wanted)
            self.change_limit(("floor", group), self.needed[group])

    def _decide_setups(self) -> None:
        """Choose which set-ups are paid, in whole numbers over the columns priced so far, and keep to it."""
        self.optimise(EFFECT)
        found = self._run_whole(EFFECT, range(self._first_setup, self._first), all_columns=False)
        if found is None:
            raise Infeasible
        self._fix_setups([round(value) for value in found.values[self._first_setup : self._first]])

    def _size(self) -> int:
        return sum(len(block.cells) * len(block.shape.sequences) for block in self.blocks)
