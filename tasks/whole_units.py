"""From the programme's optimum to whole units: rounded down, filled up while the limits last, floors kept."""

from collections.abc import Mapping
from math import floor, fsum, inf

from tasks.contact_plan import Infeasible, Plan
from tasks.plan_blocks import BUDGET, CARBON, Row
from tasks.plan_programme import Programme, Solution

ROUNDING = 1e-6
EXACT = 1e-9
SOLVER_MARGIN = 1e-4
Units = dict[tuple[int, int], int]


def in_whole_units(programme: Programme, solution: Solution) -> Plan:
    """Return the plan in whole units: the optimum rounded or, where that breaks a floor, solved in whole numbers.

    Raises Infeasible where no whole units keep the floors within the limits.
    """
    units = _rounded(programme, solution.units)
    if _falls_short(programme, units):
        units = _solved_in_whole_numbers(programme)
    return _plan(programme, units, solution)


def usage(programme: Programme, units: Mapping[tuple[int, int], float]) -> dict[Row, float]:
    """Return what a plan puts into each row; budget and carbon with the set-ups that are paid."""
    parts: dict[Row, list[float]] = {row: [] for row in programme.rows}
    for column, amount in units.items():
        for row, entry in programme.entries(*column):
            parts[row].append(amount * entry)
    parts[BUDGET] += [setup.sek for setup in programme.opened]
    parts[CARBON] += [setup.co2_kg for setup in programme.opened]
    return {row: fsum(amounts) for row, amounts in parts.items()}


def _rounded(programme: Programme, units: Mapping[tuple[int, int], float]) -> Units:
    whole = {column: floor(amount + ROUNDING) for column, amount in units.items()}
    if not _keeps_limits(programme, whole):
        whole = {column: floor(amount) for column, amount in units.items()}
    left = {
        row: most - used for row, used in usage(programme, whole).items() if (most := _ceiling(programme, row)) < inf
    }
    for column in sorted(units, key=lambda column: (whole[column] - units[column], column)):
        entries = [(row, entry) for row, entry in programme.entries(*column) if row in left]
        fraction = units[column] - whole[column] > ROUNDING
        if fraction and all(entry <= left[row] + (EXACT if row[0] == "cell" else 0) for row, entry in entries):
            whole[column] += 1
            for row, entry in entries:
                left[row] -= entry
    return {column: amount for column, amount in whole.items() if amount}


def _ceiling(programme: Programme, row: Row) -> float:
    if row[0] == "cell":
        return float(programme.cells[row[1]].units)
    return programme.limit(row) if row[0] in {"budget", "carbon", "capacity"} else inf


def _falls_short(programme: Programme, units: Units) -> bool:
    used = usage(programme, units)
    return any(used["floor", group] < least - EXACT for group, least in programme.needed.items())


def _keeps_limits(programme: Programme, units: Units) -> bool:
    used = usage(programme, units)
    return all(amount <= _ceiling(programme, row) + EXACT for row, amount in used.items())


def _solved_in_whole_numbers(programme: Programme) -> Units:
    # The solver may pass a limit by its tolerance, and a limit is a limit: then it is asked again with a little less.
    for margin in (0.0, SOLVER_MARGIN):
        units = programme.whole(margin=margin)
        if units is not None and _keeps_limits(programme, units) and not _falls_short(programme, units):
            return units
    raise Infeasible


def _plan(programme: Programme, units: Units, solution: Solution) -> Plan:
    used = usage(programme, units)
    named = {
        (programme.cells[cell].name, programme.contacts(cell, sequence)): amount
        for (cell, sequence), amount in sorted(units.items())
    }
    return Plan(
        units=named,
        effect=fsum(amount * programme.unit(*column)[0] for column, amount in units.items()),
        sek=used.get(BUDGET, 0.0),
        co2_kg=used.get(CARBON, 0.0),
        bound=solution.bound,
        duality_gap=(solution.bound - solution.value) / max(abs(solution.value), 1.0),
        opened=programme.opened,
    )
