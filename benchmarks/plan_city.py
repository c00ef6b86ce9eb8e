"""The city of benchmarks/plan.py: 200 segments, 8 channels, 3 waves, 22 groups, about a million people.

Beside the cells that the real optimiser gets stands the whole programme, every sequence of contacts of every segment
spelt out as arrays, so that a plan can be judged without the code that made it. Costs, carbon and effects are
illustrative.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import ceil

import numpy
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from tasks.contact_plan import Cell, Contacts, Limits, Option, Setup

Array = NDArray[numpy.float64]
PEOPLE, SEGMENTS, WAVES = 1_000_000, 200, 3
CHANNELS = ("app", "email", "letter", "mailbox", "phone", "postcard", "sms", "visit")
COST = numpy.array([0.01, 0.02, 9.50, 1.00, 30.0, 6.50, 0.40, 90.0])
CARBON = numpy.array([0.0001, 0.0003, 0.020, 0.0002, 0.001, 0.012, 0.0002, 0.500])
TYPICAL_RATE = numpy.array([0.03, 0.05, 0.11, 0.08, 0.18, 0.07, 0.07, 0.30])
REACHES = numpy.array([0.25, 0.60, 0.97, 0.35, 0.60, 0.97, 0.50, 0.97])
LIFE, LANGUAGES, DISTRICTS = 6, 6, 10
LATER, REPEATED = 0.8, 0.7
KILOGRAMS_PER_SEK = 0.0025
FLOOR = 0.5


@dataclass(frozen=True)
class City:
    """Segments with their persons, the rate of every channel, 0 where it does not reach them, and their groups."""

    persons: NDArray[numpy.int64]
    rates: Array
    groups: tuple[tuple[str, ...], ...]

    def cells(self, contacts: int) -> list[Cell]:
        """Return one cell per segment, with at most so many contacts."""
        found = []
        for segment, (persons, rates, groups) in enumerate(zip(self.persons, self.rates, self.groups, strict=True)):
            offers = tuple(
                Option(name, float(rate), float(cost), float(carbon))
                for name, rate, cost, carbon in zip(CHANNELS, rates, COST, CARBON, strict=True)
                if rate
            )
            belongs = dict.fromkeys(groups, 1)
            found.append(Cell(f"{segment:03}", int(persons), 1, belongs, (offers,) * WAVES, contacts, groups[1]))
        return found

    @property
    def names(self) -> list[str]:
        """Return the names of the groups."""
        return sorted({group for groups in self.groups for group in groups})

    def limits(self, sek: float, floor: float = FLOOR, *, setups: bool = False) -> Limits:
        """Return what there is: money, carbon in proportion, a few thousand calls and visits a wave, equal floors."""
        most = {(wave, name): n for wave in range(WAVES) for name, n in (("phone", 4000.0), ("visit", 800.0))}
        floors = dict.fromkeys(self.names, floor) if floor else {}
        return Limits(sek, sek * KILOGRAMS_PER_SEK, floors, most, _translations(sek) if setups else ())


def _translations(sek: float) -> list[Setup]:
    """Return 48 set-ups: each language of each channel, the dearer the channel the more."""
    return [
        Setup(name, f"language={language}", sek * 0.001 * (1 + place) * (1 + language % 3), 0.0)
        for place, name in enumerate(CHANNELS)
        for language in range(LANGUAGES)
    ]


def draw(seed: int) -> City:
    """Draw a city; the same seed gives the same."""
    random = numpy.random.default_rng(seed)
    sizes = random.lognormal(0.0, 1.0, SEGMENTS)
    persons = numpy.maximum((PEOPLE * sizes / sizes.sum()).round().astype(numpy.int64), 10)
    reached = random.random((SEGMENTS, len(CHANNELS))) < REACHES
    reached[~reached.any(axis=1), CHANNELS.index("letter")] = True
    rates = TYPICAL_RATE * random.lognormal(0.0, 0.5, reached.shape) * random.lognormal(0.0, 0.3, (SEGMENTS, 1))
    kinds = {"life": LIFE, "language": LANGUAGES, "district": DISTRICTS}
    drawn = {name: random.permutation(numpy.arange(SEGMENTS) % number) for name, number in kinds.items()}
    groups = tuple(tuple(f"{name}={drawn[name][segment]}" for name in kinds) for segment in range(SEGMENTS))
    return City(persons, numpy.where(reached, rates.clip(0, 0.6), 0.0), groups)


class WholeProgramme:
    """Every sequence of every segment of a city, columns in the order of ``cell`` and ``sequence``."""

    def __init__(self, city: City, limits: Limits, contacts: int) -> None:
        self.city, self.limits = city, limits
        chosen = numpy.array(list(product(range(len(CHANNELS) + 1), repeat=WAVES)))
        used = (chosen > 0).sum(axis=1)
        self.chosen = chosen[(used > 0) & (used <= contacts)]
        nothing = numpy.zeros((SEGMENTS, 1))
        rates = numpy.hstack([nothing, city.rates])[:, self.chosen]
        effect = 1 - (1 - rates * self._worth()).prod(axis=2)
        self.cell, self.sequence = numpy.nonzero(((rates > 0) | (self.chosen == 0)).all(axis=2))
        self.effect = effect[self.cell, self.sequence]
        self.sek, self.co2_kg = (
            numpy.concatenate([[0.0], each])[self.chosen].sum(axis=1)[self.sequence] for each in (COST, CARBON)
        )

    def _worth(self) -> Array:
        """Return, sequences × waves, what a contact is worth after those before it."""
        used = self.chosen > 0
        before = used.cumsum(axis=1) - used
        repeats = numpy.zeros(self.chosen.shape)
        for wave in range(WAVES):
            repeats[:, wave] = (self.chosen[:, :wave] == self.chosen[:, [wave]]).sum(axis=1)
        return numpy.asarray(LATER**before * REPEATED**repeats)

    @cached_property
    def rows(self) -> list[tuple[tuple[str, object], Array, float]]:
        """Return name, entries and greatest amount of every row but those of the cells; a floor's with a minus."""
        rows = [(("budget", None), self.sek, self.limits.sek), (("carbon", None), self.co2_kg, self.limits.co2_kg)]
        for (wave, name), most in self.limits.capacity.items():
            entries = (self.chosen[self.sequence, wave] == CHANNELS.index(name) + 1).astype(float)
            rows.append((("capacity", (wave, name)), entries, most))
        for group, share in self.limits.floors.items():
            members = numpy.array([group in groups for groups in self.city.groups])
            needed = ceil(share * int(self.city.persons[members].sum()) - 1e-9)
            rows.append((("floor", group), -members[self.cell].astype(float), -float(needed)))
        return rows

    def best(self) -> float:
        """Return the optimum that scipy's HiGHS finds over every column at once."""
        columns = numpy.arange(len(self.cell))
        each = csr_array((numpy.ones(len(columns)), (self.cell, columns)), shape=(SEGMENTS, len(columns)))
        matrix = vstack([csr_array(numpy.array([entries for _, entries, _ in self.rows])), each])
        most = numpy.concatenate([[amount for _, _, amount in self.rows], self.city.persons])
        found = linprog(-self.effect, A_ub=matrix, b_ub=most, method="highs")
        if found.x is None:
            raise RuntimeError(found.message)
        return float(-found.fun)

    def amounts(self, units: Mapping[tuple[str, Contacts], float]) -> Array:
        """Return a plan as one amount per column."""
        place = {key: number for number, key in enumerate(zip(self.cell.tolist(), self.sequence.tolist(), strict=True))}
        number = {tuple(int(channel) for channel in row): place for place, row in enumerate(self.chosen)}
        amounts = numpy.zeros(len(self.cell))
        for (name, contacts), amount in units.items():
            row = tuple(CHANNELS.index(channel) + 1 if channel else 0 for channel in contacts)
            amounts[place[int(name), number[row]]] = amount
        return amounts

    def worst_violation(self, amounts: Array) -> float:
        """Return by how much, as a share of its limit, the most violated row is passed; 0 where none is."""
        passed = [(float(entries @ amounts) - most) / max(abs(most), 1.0) for _, entries, most in self.rows]
        given = numpy.bincount(self.cell, weights=amounts, minlength=SEGMENTS)
        return max(0.0, *passed, float(((given - self.city.persons) / self.city.persons).max()), float(-amounts.min()))

    def certificate(self, amounts: Array, prices: Mapping[tuple[str, object], float]) -> tuple[float, float]:
        """Return the primal-dual gap as a share of the effect, and the greatest reduced gain of any column."""
        reduced, dual = self.effect.copy(), 0.0
        for name, entries, most in self.rows:
            price = abs(prices[name])
            reduced -= price * entries
            dual += price * most
        cells = numpy.array([prices["cell", segment] for segment in range(SEGMENTS)])
        reduced -= cells[self.cell]
        dual += float(cells @ self.city.persons)
        primal = float(self.effect @ amounts)
        return abs(dual - primal) / primal, float(reduced.max())
