"""The plan of contacts as a linear programme on HiGHS: how many of whom get which channel.

A *cell* is a group of like units (persons, or households that share one letter). The variables are the units of each
cell given each channel it admits. Expected effect is maximised subject to kronor, carbon dioxide and a floor per
group. The optimum is rounded down and filled up by largest remainder while the money lasts; only where rounding breaks
a floor is the programme solved again in whole numbers. Same input, same plan.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, fsum, inf
from typing import Any

ROUNDING = 1e-6
SOLVER_MARGIN = 1e-4


@dataclass(frozen=True)
class Option:
    """A channel that a cell admits, with the expected effect (persons), kronor and kilograms of one unit."""

    channel: str
    effect: float
    cost_sek: float
    co2_kg: float


@dataclass(frozen=True)
class Cell:
    """Like units: ``size`` persons each, of whom ``groups`` says how many belong to each group that has a floor."""

    name: str
    units: int
    size: int
    groups: Mapping[str, int]
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Limits:
    """Kronor and kilograms left, and the least share of each group's addressable persons."""

    sek: float
    co2_kg: float
    floors: Mapping[str, float]


@dataclass(frozen=True)
class Plan:
    """Units by cell and channel, and the effect that one more krona would buy (the shadow price of the budget)."""

    units: Mapping[tuple[str, str], int]
    price_of_a_krona: float


class FloorsTooHigh(Exception):
    """The floors cannot be kept; holds the least kronor, and the least kilograms, with which they could be."""

    def __init__(self, sek: float, co2_kg: float) -> None:
        super().__init__("the floors need more than there is")
        self.sek, self.co2_kg = sek, co2_kg


def solve(cells: Sequence[Cell], limits: Limits) -> Plan:
    """Return the best plan in whole units; raises FloorsTooHigh with what the floors would need."""
    columns = [(cell, option) for cell in cells for option in cell.options]
    if not columns:
        return Plan({}, 0.0)
    needed = demands(cells, limits.floors)
    solved = _optimise(columns, cells, limits, needed, [option.effect for _, option in columns])
    if solved is None:
        raise _too_high(columns, cells, limits, needed)
    units, price = solved
    whole = _round(columns, units, limits)
    if _shortfall(columns, whole, needed):
        whole = _in_whole_numbers(columns, cells, limits, needed)
    return Plan({(cell.name, option.channel): n for (cell, option), n in zip(columns, whole, strict=True) if n}, price)


def demands(cells: Sequence[Cell], floors: Mapping[str, float]) -> dict[str, int]:
    """Return how many persons of each group must be reached: the share of those whom some channel reaches, upwards."""
    addressable: Counter[str] = Counter()
    for cell in cells:
        if cell.options:
            for group, members in cell.groups.items():
                addressable[group] += members * cell.units
    return {group: -floor(-share * addressable[group] + 1e-9) for group, share in floors.items()}


def _optimise(
    columns: Sequence[tuple[Cell, Option]],
    cells: Sequence[Cell],
    limits: Limits,
    needed: Mapping[str, int],
    gains: Sequence[float],
    *,
    whole: bool = False,
) -> tuple[list[float], float] | None:
    import highspy

    model: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    model.silent()
    model.setOptionValue("threads", 1)
    model.setOptionValue("mip_rel_gap", 1e-4)
    for (cell, _), gain in zip(columns, gains, strict=True):
        model.addCol(-gain, 0.0, float(cell.units), 0, [], [])
    for low, high, entries in _rows(columns, cells, limits, needed):
        model.addRow(low, high, len(entries), list(entries), list(entries.values()))
    if whole:
        for index in range(len(columns)):
            model.changeColIntegrality(index, highspy.HighsVarType.kInteger)
    model.run()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    solution = model.getSolution()
    price = 0.0 if whole else -float(solution.row_dual[0])
    return [float(value) for value in solution.col_value], max(price, 0.0)


def _in_whole_numbers(
    columns: Sequence[tuple[Cell, Option]], cells: Sequence[Cell], limits: Limits, needed: Mapping[str, int]
) -> list[int]:
    # The solver may pass a limit by its tolerance, and a limit is a limit: then it is asked again with a little less.
    effects = [option.effect for _, option in columns]
    for margin in (0.0, SOLVER_MARGIN):
        asked = Limits(limits.sek - margin, limits.co2_kg - margin, limits.floors)
        solved = _optimise(columns, cells, asked, needed, effects, whole=True)
        if solved is None:
            break
        whole = [round(value) for value in solved[0]]
        sek = fsum(n * option.cost_sek for n, (_, option) in zip(whole, columns, strict=True))
        co2 = fsum(n * option.co2_kg for n, (_, option) in zip(whole, columns, strict=True))
        if sek <= limits.sek + 1e-9 and co2 <= limits.co2_kg + 1e-9:
            return whole
    raise _too_high(columns, cells, limits, needed)


def _rows(
    columns: Sequence[tuple[Cell, Option]], cells: Sequence[Cell], limits: Limits, needed: Mapping[str, int]
) -> list[tuple[float, float, dict[int, float]]]:
    rows: list[tuple[float, float, dict[int, float]]] = [
        (-inf, limits.sek, {i: option.cost_sek for i, (_, option) in enumerate(columns) if option.cost_sek}),
        (-inf, limits.co2_kg, {i: option.co2_kg for i, (_, option) in enumerate(columns) if option.co2_kg}),
    ]
    of_cell: dict[str, dict[int, float]] = {}
    for index, (cell, _) in enumerate(columns):
        of_cell.setdefault(cell.name, {})[index] = 1.0
    rows += [(-inf, float(cell.units), of_cell[cell.name]) for cell in cells if cell.name in of_cell]
    for group, least in needed.items():
        members = {i: float(cell.groups[group]) for i, (cell, _) in enumerate(columns) if cell.groups.get(group)}
        rows.append((float(least), inf, members))
    return rows


def _round(columns: Sequence[tuple[Cell, Option]], units: Sequence[float], limits: Limits) -> list[int]:
    whole = [floor(value + ROUNDING) for value in units]
    sek = limits.sek - sum(n * option.cost_sek for n, (_, option) in zip(whole, columns, strict=True))
    co2 = limits.co2_kg - sum(n * option.co2_kg for n, (_, option) in zip(whole, columns, strict=True))
    left = {cell.name: cell.units for cell, _ in columns}
    for n, (cell, _) in zip(whole, columns, strict=True):
        left[cell.name] -= n
    order = sorted(range(len(columns)), key=lambda index: (whole[index] - units[index], index))
    for index in order:
        cell, option = columns[index]
        fraction = units[index] - whole[index] > ROUNDING
        if fraction and left[cell.name] and option.cost_sek <= sek and option.co2_kg <= co2:
            whole[index] += 1
            left[cell.name] -= 1
            sek, co2 = sek - option.cost_sek, co2 - option.co2_kg
    return whole


def _shortfall(columns: Sequence[tuple[Cell, Option]], whole: Sequence[int], needed: Mapping[str, int]) -> bool:
    reached: Counter[str] = Counter()
    for n, (cell, _) in zip(whole, columns, strict=True):
        for group, members in cell.groups.items():
            reached[group] += n * members
    return any(reached[group] < least for group, least in needed.items())


def _too_high(
    columns: Sequence[tuple[Cell, Option]], cells: Sequence[Cell], limits: Limits, needed: Mapping[str, int]
) -> FloorsTooHigh:
    unlimited = Limits(inf, inf, limits.floors)
    least: dict[str, Any] = {}
    for resource in ("cost_sek", "co2_kg"):
        price = [getattr(option, resource) for _, option in columns]
        solved = _optimise(columns, cells, unlimited, needed, [-amount for amount in price], whole=True)
        least[resource] = sum(n * p for n, p in zip(solved[0], price, strict=True)) if solved else inf
    return FloorsTooHigh(least["cost_sek"], least["co2_kg"])
