"""Why the plan is as it is, written to tables: choices and runners-up, prices, floors, fairness, simpler rules."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import duckdb

from campaigns.brief import Brief
from campaigns.channels import load_channels
from tasks import store
from tasks.contact_plan import Cell, Limits, Setup
from tasks.disclosure import SMALLEST_CELL
from tasks.plan_blocks import BUDGET, CARBON, Row
from tasks.plan_cells import Block
from tasks.plan_prices import choices, cost_of_floors, fairness_curve, price_of
from tasks.plan_rules import RuleResult, cheapest_first, one_channel_to_everybody, swapping_greedy
from tasks.planned_units import PlannedUnits
from tasks.quota import named
from tasks.whole_units import usage

PER = 1000.0
BINDING = 1e-9


def explain(
    connection: duckdb.DuckDBPyConnection,
    run: str,
    brief: Brief,
    block: Block,
    cells: Sequence[Cell],
    limits: Limits,
    planned: PlannedUnits,
) -> None:
    """Write the tables that explain the plan of the waves to the public; the programme is solved again for each."""
    if not planned.programme.cells:
        return
    segments = dict(connection.execute("SELECT cell, segment FROM cell").fetchall())
    _write(connection, "plan_choice", run, _choices(planned, segments))
    _write(connection, "plan_price", run, _prices(planned, block))
    _write(connection, "plan_floor", run, _floors(connection, cells, limits, planned))
    groups = planned.programme.groups or _groups_of(cells)
    curve = fairness_curve(_with_groups(cells, planned), limits, groups)
    _write(connection, "plan_fairness", run, ([level.share, level.effect, level.most] for level in curve))
    _write(connection, "plan_rule", run, _rules(brief, cells, limits, planned))


def _write(connection: duckdb.DuckDBPyConnection, table: str, run: str, rows: Iterator[list[Any]]) -> None:
    if found := [[run, *row] for row in rows]:
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(found[0]))})", found)


def _choices(planned: PlannedUnits, segments: dict[str, str]) -> Iterator[list[Any]]:
    """Yield each segment's sequences: figures per 1,000 persons, averaged over the cells of the segment."""
    sizes = {cell.name: cell.size for cell in planned.programme.cells}
    figures = ("effect", "budget", "carbon", "capacity", "setup", "equity", "net", "second_net")
    sums: dict[tuple[str, str], dict[str, float]] = {}
    seconds: dict[tuple[str, str], dict[str, float]] = {}
    for choice in choices(planned.programme, planned.solution):
        key, persons = (segments[choice.cell], named(choice.sequence)), choice.units * sizes[choice.cell]
        total = sums.setdefault(key, dict.fromkeys(("persons", *figures), 0.0))
        total["persons"] += persons
        for figure in figures:
            total[figure] += choice.units * float(getattr(choice, figure))
        others = seconds.setdefault(key, {})
        others[named(choice.second)] = others.get(named(choice.second), 0.0) + persons
    for (segment, sequence), total in sorted(sums.items()):
        per = [PER * total[figure] / total["persons"] for figure in figures]
        second = max(sorted(seconds[segment, sequence].items()), key=lambda item: item[1])[0]
        yield [segment, sequence, round(total["persons"]), *per[:-1], second, per[-1]]


def _prices(planned: PlannedUnits, block: Block) -> Iterator[list[Any]]:
    programme, solution = planned.programme, planned.solution
    used = usage(programme, solution.units)
    full = [row for row in programme.rows if row[0] == "capacity" and solution.prices[row] > BINDING]
    for row in [BUDGET, CARBON, *full]:
        price = price_of(programme, row, solution)
        gain = price.gain if price.gain > BINDING else 0.0
        yield [_ceiling(row, block), price.amount, used[row], gain, price.low, price.high]


def _ceiling(row: Row, block: Block) -> str:
    return f"capacity:{block.names[row[1][0]]}:{row[1][1]}" if row[0] == "capacity" else str(row[0])


def _floors(
    connection: duckdb.DuckDBPyConnection, cells: Sequence[Cell], limits: Limits, planned: PlannedUnits
) -> Iterator[list[Any]]:
    """Yield each floor with what it reaches and what it costs; without set-ups, one without a price costs nothing.

    Of a group that nobody belongs to, 0 persons are addressable: zero gives nobody away, and is no floor that is kept.
    """
    prices, fixed = planned.solution.prices, bool(planned.programme.setups)
    priced = {group for group in limits.floors if fixed or -prices["floor", group] > BINDING}
    costs = cost_of_floors(cells, limits, planned.solution.value, priced)
    counted = {group: counts for group, *counts in connection.execute(store.statement("channels/floors")).fetchall()}
    for group, share in limits.floors.items():
        addressable, reached = counted.get(group, [0, 0])
        shown = addressable >= SMALLEST_CELL or group not in counted
        told = shown and reached >= SMALLEST_CELL and (addressable - reached >= SMALLEST_CELL or addressable == reached)
        yield [group, share, addressable if shown else None, reached if told else None, costs.get(group, 0.0)]


def _groups_of(cells: Sequence[Cell]) -> list[str]:
    return sorted({f"language={cell.language}" for cell in cells if cell.is_reachable})


def _with_groups(cells: Sequence[Cell], planned: PlannedUnits) -> Sequence[Cell]:
    """Return the cells with the groups of the curve: those of the brief or, where it names none, the languages."""
    if planned.programme.groups:
        return cells
    return [replace(cell, groups={f"language={cell.language}": cell.size}) for cell in cells]


def _rules(brief: Brief, cells: Sequence[Cell], limits: Limits, planned: PlannedUnits) -> Iterator[list[Any]]:
    """Yield the optimum and the simpler rules, all with the set-ups that the optimum pays."""
    opened = planned.opened
    paid = replace(limits.having_paid(opened), max_min=False)
    may = [planned.with_paid_setups(cell) for cell in cells]
    lowest = _lowest_reach(planned)
    yield ["optimum", planned.optimum.effect, planned.optimum.sek, planned.optimum.co2_kg, lowest]
    rules = {"cheapest_first": cheapest_first(may, paid), "swapping_greedy": swapping_greedy(may, paid)}
    first = next((name for name in brief.channels if name in _used(may) and load_channels()[name].digital), None)
    if first:
        own = [setup for setup in opened if setup.channel == first]
        alone = one_channel_to_everybody(may, replace(paid, sek=limits.sek, co2_kg=limits.co2_kg), first)
        yield ["one_channel", alone.effect, *_with_setups(alone, own), alone.lowest_reach]
    for rule, result in rules.items():
        yield [rule, result.effect, *_with_setups(result, opened), result.lowest_reach]


def _used(cells: Sequence[Cell]) -> set[str]:
    return {channel for cell in cells for _, channel in cell.options()}


def _with_setups(result: RuleResult, opened: Sequence[Setup]) -> tuple[float, float]:
    return result.sek + sum(setup.sek for setup in opened), result.co2_kg + sum(setup.co2_kg for setup in opened)


def _lowest_reach(planned: PlannedUnits) -> float:
    programme = planned.programme
    used = usage(programme, planned.solution.units)
    shares = [used["floor", group] / people for group, people in programme.addressable.items() if people]
    return min(shares, default=1.0)
