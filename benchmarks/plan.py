"""The channel plan of 200 segments, 8 channels and 3 waves: its speed, its certificate, and what simpler rules give.

    .venv/bin/python benchmarks/plan.py [--seeds 30]

One city of about a million people per seed (benchmarks/plan_city.py), with 0.3, 1.5 and 4 million kronor. Prints one
JSON line per measurement. Seconds are printed by the clock and of the processor, all threads together; the latter are
judged, for the clock also counts what else the machine is doing. Exits 1 where a target is missed:

- programme below 2 s with two and three contacts, with 48 set-ups below 5 s; primal-dual gap and worst reduced cost at
  most 1e-6; no limit passed; the same optimum as scipy finds over every sequence, to 1e-6. All of it is recomputed from
  arrays that the optimiser has not touched.
- never worse than the greedy rule that may swap, a median of 1.2 times the greedy rule that only adds, same floors.
- solved anew inside its range, every price holds within 1 %.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import numpy
import plan_city
from plan_city import City, WholeProgramme

from tasks.contact_plan import Cell, Limits
from tasks.plan_prices import price_of
from tasks.plan_programme import BUDGET, CARBON, EFFECT, Programme, Solution
from tasks.plan_rules import RuleResult, adding_greedy, cheapest_first, one_channel_to_everybody, swapping_greedy
from tasks.whole_units import in_whole_units

BUDGETS = (300_000.0, 1_500_000.0, 4_000_000.0)
LINEAR_SECONDS, MIXED_SECONDS, EXACT, ADVANTAGE, STEADY = 2.0, 5.0, 1e-6, 1.2, 0.01
COMPARED_WITH_SCIPY = ((2, 3), (3, 1))
FEW = 3
Result = TypeVar("Result")


class Judge:
    """Prints a line per measurement and remembers the targets that are missed."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def tell(self, measure: str, figures: dict[str, Any], **targets: bool) -> None:
        """Print one measurement; ``targets`` say by name what must be true of it."""
        rounded = {key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in figures.items()}
        judged = {name: bool(holds) for name, holds in targets.items()}
        print(json.dumps({"measure": measure} | rounded | judged), flush=True)
        self.missed += [f"{measure} {rounded}: {name}" for name, holds in targets.items() if not holds]


def clocked(work: Callable[[], Result]) -> tuple[Result, float, float]:
    """Return what the work returns, its seconds by the clock, and its seconds of the processor."""
    clock, used = time.monotonic(), time.process_time()
    found = work()
    return found, time.monotonic() - clock, time.process_time() - used


def solved(cells: list[Cell], limits: Limits) -> tuple[Programme, Solution]:
    """Return the programme and its optimum."""
    programme = Programme(cells, limits)
    return programme, programme.best()


def by_name(programme: Programme, solution: Solution) -> dict[Any, float]:
    """Return the units by the name of the cell and the channels."""
    return {(programme.cells[c].name, programme.contacts(c, s)): n for (c, s), n in solution.units.items()}


def linear(judge: Judge, cities: list[City], contacts: int) -> None:
    """Measure the linear programme and check its certificate over every sequence."""
    for sek in BUDGETS:
        rows = []
        for city in cities:
            limits, cells = city.limits(sek), city.cells(contacts)
            (programme, solution), clock, used = clocked(partial(solved, cells, limits))
            plan, rounding, _ = clocked(partial(in_whole_units, programme, solution))
            whole = WholeProgramme(city, limits, contacts)
            amounts = whole.amounts(by_name(programme, solution))
            certificate = whole.certificate(amounts, solution.prices)
            passed = max(whole.worst_violation(amounts), whole.worst_violation(whole.amounts(plan.units)))
            rows.append((clock, used, rounding, *certificate, passed, len(whole.cell), plan.gap))
        worst = numpy.array(rows).max(axis=0)
        names = ("seconds", "cpu_seconds", "rounding_seconds", "gap", "reduced_cost", "violation", "sequences", "lost")
        judge.tell(
            "linear programme", {"contacts": contacts, "sek": sek, "seeds": len(cities)}
            | {f"worst_{name}": float(figure) for name, figure in zip(names, worst, strict=True)},
            fast=worst[1] < LINEAR_SECONDS, exact=max(worst[3], worst[4]) <= EXACT, within_limits=worst[5] <= EXACT,
        )  # fmt: skip


def against_scipy(judge: Judge, cities: list[City]) -> None:
    """Compare the optimum with that of scipy's solver over all sequences at once."""
    for contacts, number in COMPARED_WITH_SCIPY:
        for sek in BUDGETS:
            ours, theirs, seconds = [], [], []
            for city in cities[:number]:
                whole = WholeProgramme(city, city.limits(sek), contacts)
                optimum, clock, _ = clocked(whole.best)
                theirs.append(optimum)
                seconds.append(clock)
                ours.append(solved(city.cells(contacts), city.limits(sek))[1].value)
            off = float(numpy.abs(numpy.array(ours) / numpy.array(theirs) - 1).max())
            figures = {
                "contacts": contacts,
                "sek": sek,
                "seeds": len(ours),
                "off_by": off,
                "their_seconds": max(seconds),
            }
            judge.tell("scipy over every sequence", figures, same_optimum=off <= EXACT)


def mixed(judge: Judge, cities: list[City]) -> None:
    """Measure the programme with 48 set-ups in whole numbers."""
    for sek in BUDGETS:
        rows = []
        for city in cities:
            limits, cells = city.limits(sek, setups=True), city.cells(3)
            (programme, solution), clock, used = clocked(partial(solved, cells, limits))
            plan = in_whole_units(programme, solution)
            paid = replace(limits, sek=sek - sum(setup.sek for setup in programme.opened))
            whole = WholeProgramme(city, paid, 3)
            passed = max(whole.worst_violation(whole.amounts(u)) for u in (by_name(programme, solution), plan.units))
            free = solved(cells, city.limits(sek))[1].value
            rows.append((clock, used, passed, len(programme.opened), 1 - solution.value / free))
        worst = numpy.array(rows).max(axis=0)
        names = ("seconds", "cpu_seconds", "violation", "opened", "lost_to_setups")
        judge.tell(
            "with 48 set-ups", {"contacts": 3, "sek": sek, "seeds": len(cities)}
            | {f"worst_{name}": float(figure) for name, figure in zip(names, worst, strict=True)},
            fast=worst[1] < MIXED_SECONDS, within_limits=worst[2] <= EXACT,
        )  # fmt: skip


def against_rules(judge: Judge, cities: list[City]) -> None:
    """Compare the whole plan's effect with that of simpler rules under the same limits and floors."""
    rules: dict[str, Callable[[list[Cell], Limits], RuleResult]] = {
        "swapping greedy": swapping_greedy,
        "adding greedy": adding_greedy,
        "e-mail to everybody": lambda cells, limits: one_channel_to_everybody(cells, limits, "email"),
        "cheapest first": cheapest_first,
    }
    every: dict[str, list[float]] = {}
    for sek in BUDGETS:
        optima = [in_whole_units(*solved(city.cells(3), city.limits(sek))).effect for city in cities]
        for name, rule in rules.items():
            done = [clocked(partial(rule, city.cells(3), city.limits(sek))) for city in cities]
            ratios = [best / result.effect for best, (result, _, _) in zip(optima, done, strict=True)]
            every.setdefault(name, []).extend(ratios)
            seconds = {"median_seconds": float(numpy.median([clock for _, clock, _ in done]))}
            kept = sum(bool(result.lowest_reach >= plan_city.FLOOR - EXACT) for result, _, _ in done)
            _tell_ratio(judge, name, ratios, {"sek": sek, "keeps_floors": kept} | seconds)
    for name, ratios in every.items():
        _tell_ratio(judge, name, ratios, {"sek": "all"})


def _tell_ratio(judge: Judge, name: str, ratios: list[float], more: dict[str, Any]) -> None:
    figures = {"seeds": len(ratios), "median": float(numpy.median(ratios)), "least": min(ratios), "most": max(ratios)}
    targets = {"never_worse": min(ratios) >= 1 - EXACT} if name == "swapping greedy" else {}
    if name == "adding greedy" and more["sek"] == "all":
        targets = {"much_better": figures["median"] >= ADVANTAGE}
    judge.tell(f"effect over {name}", figures | more, **targets)


def fairness(judge: Judge, cities: list[City]) -> None:
    """Tell what reaching every group costs, as a share of the effect without floors."""
    free = [solved(city.cells(3), city.limits(BUDGETS[1], 0.0))[1].value for city in cities]
    for share in (0.8, 0.9, 0.95):
        fair = [solved(city.cells(3), city.limits(BUDGETS[1], share))[1].value for city in cities]
        costs = [1 - some / all_ for some, all_ in zip(fair, free, strict=True)]
        figures = {"share": share, "sek": BUDGETS[1], "seeds": len(costs), "least": min(costs), "most": max(costs)}
        judge.tell("price of fairness", figures, not_negative=min(costs) >= -EXACT)


def prices(judge: Judge, cities: list[City]) -> None:
    """Solve anew at six amounts of every price's range and compare with what the price promises."""
    for sek in BUDGETS:
        found = [price for city in cities for price in _confirmed(city, sek)]
        widths, errors = zip(*found, strict=True)
        figures = {"sek": sek, "prices": len(found), "worst_error": max(errors)}
        widest = {"narrowest_range": min(widths), "widest_range": max(widths)}
        judge.tell("prices solved again", figures | widest, confirmed=max(errors) <= STEADY)


def _confirmed(city: City, sek: float) -> Iterator[tuple[float, float]]:
    """Yield, for every price above zero, its range as a share of the amount, and the worst error inside it."""
    cells, limits = city.cells(3), city.limits(sek)
    programme, base = solved(cells, limits)
    full = [row for row in programme.rows if row[0] == "capacity" and base.prices[row] > EXACT]
    for row in (BUDGET, CARBON, *full):
        price = price_of(programme, row, base)
        if price.gain <= EXACT:
            continue
        errors = []
        for amount in numpy.linspace(price.low, price.high, 6):
            promised = price.gain * (float(amount) - price.amount)
            if promised:
                again = Programme(cells, _with(limits, row, float(amount))).optimise(EFFECT).value
                errors.append(abs(again - base.value - promised) / abs(promised))
        yield (price.high - price.low) / price.amount, max(errors)


def _with(limits: Limits, row: tuple[str, Any], amount: float) -> Limits:
    if row[0] == "capacity":
        return replace(limits, capacity={**limits.capacity, row[1]: amount})
    return replace(limits, **{"sek" if row == BUDGET else "co2_kg": amount})


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=30)
    asked = parser.parse_args()
    judge, cities = Judge(), [plan_city.draw(seed) for seed in range(asked.seeds)]
    for contacts in (2, 3):
        linear(judge, cities, contacts)
    against_scipy(judge, cities)
    mixed(judge, cities)
    against_rules(judge, cities)
    fairness(judge, cities)
    prices(judge, cities[:FEW])
    for fault in judge.missed:
        print(fault, file=sys.stderr)
    return 1 if judge.missed else 0


if __name__ == "__main__":
    sys.exit(main())
