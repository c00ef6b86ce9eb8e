"""What a plan costs at most, where the exact sum would tell a small group: told alike by letter, preview and report.

A channel whose persons are hidden is counted as if it reached everybody who may get the message, a figure that is told.
"""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import TypeAlias

import duckdb

from tasks import runs, store
from tasks.profile_cells import APPROACHED
from tasks.shown_figures import Figures

LEAST_SEK, LEAST_KG = 10.0, 1.0
Spent: TypeAlias = tuple[int, float]
"""Persons, and what they cost; without persons, what a channel costs once."""


def at_most(connection: duckdb.DuckDBPyConnection, run: runs.Run, shown: Figures) -> tuple[float, float]:
    """Return the kronor and the kilograms of carbon dioxide that the plan stays within, at most those of the budget."""
    budget = run.brief.budget
    whole = (float(budget.sek), float(budget.co2_kg))
    hidden = {(each["wave"], each["channel"]) for each in shown.plan if each["persons"] is None}
    told = {each["wave"]: dict(each["standings"]).get(APPROACHED) for each in shown.waves}
    if any(not told.get(wave) for wave, _ in hidden):
        return whole
    rows = connection.execute(store.statement("previews/plan"), {"run": run.run}).fetchall()
    sums = [0.0, 0.0]
    for wave, channel in sorted({(row[0], row[2]) for row in rows}):
        for place, column in enumerate((4, 5)):
            spent = [(row[3], float(row[column])) for row in rows if (row[0], row[2]) == (wave, channel)]
            everybody = told[wave] if (wave, channel) in hidden else None
            sums[place] += bound(spent, everybody) if everybody else sum(cost for _, cost in spent)
    return min(rounded_up(sums[0], LEAST_SEK), whole[0]), min(rounded_up(sums[1], LEAST_KG), whole[1])


def bound(spent: Sequence[Spent], everybody: int) -> float:
    """Return what a channel would cost if it reached everybody, at a price rounded up."""
    once, persons = sum(cost for count, cost in spent if not count), sum(count for count, _ in spent)
    of_persons = sum(cost for count, cost in spent if count)
    return once + (everybody * rounded_up(of_persons / persons, 0.0) if of_persons else 0.0)


def rounded_up(amount: float, least: float) -> float:
    """Return an amount rounded up to one figure and noughts, such as 300 for 210; never below the least."""
    if amount <= least:
        return least
    step = 10.0 ** floor(log10(amount))
    return float(ceil(round(amount / step, 9)) * step)
