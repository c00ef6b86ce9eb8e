"""What a plan's limits are worth: one more krona or kilogram, a floor, and fairness as a whole; pure.

Every figure is confirmed by solving again, not only read off a dual: at a corner of the optimum a dual may hold in one
direction only, or for no distance at all.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tasks.contact_plan import Cell, Contacts, Infeasible, Limits
from tasks.plan_blocks import EFFECT, Row
from tasks.plan_programme import Programme, Solution

FIRST_STEP = 1e-3
STEADY = 5e-3
DOUBLINGS = 20
HALVINGS = 12
FAIR_LEVELS = (0.0, 0.8, 0.9, 0.95)


@dataclass(frozen=True)
class Price:
    """What one more of a ceiling buys, in persons who act, and between which amounts that holds within a half per cent.

    ``steps`` are the amounts at which the programme was solved again to confirm it, with the effect found.
    """

    row: Row
    amount: float
    gain: float
    low: float
    high: float
    steps: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Level:
    """A point of the price-of-fairness curve: the effect where every group is reached to at least ``share``.

    ``effect`` is None where the limits do not allow it; ``most`` then says the greatest share that they allow.
    """

    share: float
    effect: float | None
    most: float | None = None


@dataclass(frozen=True)
class Choice:
    """Why a cell gets a sequence: per unit, what it does, what the limits charge, and what came second.

    ``net`` = effect − budget − carbon − capacity − setup + equity. ``second`` is the best sequence of other channels,
    empty for leaving the unit alone.
    """

    cell: str
    sequence: Contacts
    units: float
    effect: float
    budget: float
    carbon: float
    capacity: float
    setup: float
    equity: float
    net: float
    second: Contacts
    second_net: float


def price_of(programme: Programme, row: Row, base: Solution) -> Price:
    """Return what one more of a ceiling buys from where it stands, with the same set-ups.

    The first step is a thousandth of the ceiling, halved until half of it gains the same per unit, so that it passes no
    kink. Steps then double while the gain per unit stays within a half per cent of the first; below, the same is asked
    of what less would cost. Gains fall as a ceiling rises, so what holds at both ends holds between.
    """
    amount = programme.limit(row)
    steps = [(amount, base.value)]
    step, gain = _first_step(programme, row, base, steps)
    high, low = amount + step, amount
    for doubling in range(1, DOUBLINGS):
        further = step * 2**doubling
        if gain <= 0 or not _is_steady(_value(programme, row, amount + further, steps) - base.value, gain * further):
            break
        high = amount + further
    for doubling in range(DOUBLINGS):
        less = step * 2**doubling
        if gain <= 0 or less > amount:
            break
        value = _value(programme, row, amount - less, steps)
        if not _is_steady(base.value - value, gain * less):
            break
        low = amount - less
    programme.change_limit(row, amount)
    return Price(row, amount, max(gain, 0.0), low, high, tuple(steps))


def _first_step(
    programme: Programme, row: Row, base: Solution, steps: list[tuple[float, float]]
) -> tuple[float, float]:
    """Return a step up from the ceiling that passes no kink, and what it gains per unit."""
    amount = programme.limit(row)
    step = max(amount * FIRST_STEP, FIRST_STEP)
    gain = (_value(programme, row, amount + step, steps) - base.value) / step
    for _ in range(HALVINGS):
        half = (_value(programme, row, amount + step / 2, steps) - base.value) / (step / 2)
        if _is_steady(half, gain) or half <= 0:
            break
        step, gain = step / 2, half
    return step, gain


def cost_of_floors(cells: Sequence[Cell], limits: Limits, effect: float, groups: Collection[str]) -> dict[str, float]:
    """Return, for each of the groups' floors, how many more persons would act without it."""
    costs = {}
    for group in sorted(groups):
        others = {name: share for name, share in limits.floors.items() if name != group}
        costs[group] = max(_best(cells, replace(limits, floors=others)) - effect, 0.0)
    return costs


def fairness_curve(cells: Sequence[Cell], limits: Limits, groups: Sequence[str]) -> list[Level]:
    """Return the effect where every one of the groups is reached to at least 0, 80, 90 and 95 per cent."""
    curve = []
    for share in FAIR_LEVELS:
        demanded = replace(limits, floors=dict.fromkeys(groups, share) if share else {}, max_min=False)
        try:
            curve.append(Level(share, _best(cells, demanded)))
        except Infeasible:
            programme = Programme(cells, replace(limits, floors=dict.fromkeys(groups, 0.0), max_min=False))
            curve.append(Level(share, None, programme.highest_level()))
    return curve


def choices(programme: Programme, solution: Solution) -> list[Choice]:
    """Return why each cell gets the sequences that it gets, in the order of cells and sequences."""
    found = []
    for (cell, sequence), units in sorted(solution.units.items()):
        block, row = programme.place[cell]
        prices = solution.prices
        net = programme.net(cell, prices)
        second = _second(block.shape.sequences, sequence, net)
        charges = _charges(programme, prices, cell, sequence)
        found.append(
            Choice(
                cell=programme.cells[cell].name,
                sequence=block.shape.sequences[sequence],
                units=units,
                effect=float(block.effect[row, sequence]),
                **charges,
                net=float(net[sequence]),
                second=block.shape.sequences[second] if second is not None else (),
                second_net=float(net[second]) if second is not None else 0.0,
            )
        )
    return found


def _charges(programme: Programme, prices: Mapping[Row, float], cell: int, sequence: int) -> dict[str, float]:
    names = {"budget": "budget", "carbon": "carbon", "capacity": "capacity", "setup": "setup"}
    charges = dict.fromkeys([*names.values(), "equity"], 0.0)
    for row, amount in programme.entries(cell, sequence):
        if row[0] in names:
            charges[names[row[0]]] += prices[row] * amount
        elif row[0] == "floor":
            charges["equity"] -= prices[row] * amount
    return {name: float(amount) for name, amount in charges.items()}


def _second(sequences: Sequence[Contacts], chosen: int, net: np.ndarray) -> int | None:
    """Return the best sequence of other channels that is worth more than leaving the unit alone, None where none is."""
    channels = {name for name in sequences[chosen] if name}
    others = [n for n, sequence in enumerate(sequences) if {name for name in sequence if name} != channels]
    best = max(others, key=lambda n: (net[n], -n), default=None)
    return best if best is not None and net[best] > 0 else None


def _value(programme: Programme, row: Row, amount: float, steps: list[tuple[float, float]]) -> float:
    programme.change_limit(row, amount)
    try:
        value = programme.optimise(EFFECT).value
    except Infeasible:
        return float("-inf")
    steps.append((amount, value))
    return value


def _is_steady(change: float, expected: float) -> bool:
    return abs(change - expected) <= STEADY * expected


def _best(cells: Sequence[Cell], limits: Limits) -> float:
    return Programme(cells, limits).best().value
