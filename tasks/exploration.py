"""A small random part of every plan, so that channels that are not believed in are tried as well; pure.

A fixed share of the units gets a random admissible plan, the same chance for each plan. So the propensity of every plan
is known, and an analyst can weigh by it (Horvitz and Thompson, 1952). A fixed share beats Thompson sampling where there
are many cells and few campaigns: see docs/learning.md.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor, fsum, inf

Plan = tuple[str | None, ...]


@dataclass(frozen=True)
class Offer:
    """A plan that a cell admits: its channels in order, with the kronor and kilograms of one unit."""

    plan: Plan
    cost_sek: float
    co2_kg: float


@dataclass(frozen=True)
class Crowd:
    """Like units, ranked at random elsewhere, and the plans that each of them admits."""

    name: str
    units: int
    offers: tuple[Offer, ...]

    @property
    def choices(self) -> tuple[Offer, ...]:
        """The plans that reach somebody, in their order; to reach nobody is no experiment."""
        return tuple(sorted((offer for offer in self.offers if any(offer.plan)), key=_key))


@dataclass(frozen=True)
class Exploration:
    """How many units explore, by crowd: plans with their counts in the order of rank, from the first rank on."""

    plans: Mapping[str, tuple[tuple[Plan, int], ...]]
    cost_sek: float
    co2_kg: float

    def explored(self, name: str) -> int:
        """Return how many of the crowd's first ranks explore."""
        return sum(count for _, count in self.plans.get(name, ()))


def explore(crowds: Sequence[Crowd], share: float, salt: str, sek: float = inf, co2_kg: float = inf) -> Exploration:
    """Return who explores: ``share`` of all units that some plan reaches, to the nearest whole one.

    Spread over the crowds by cumulative rounding, and evenly over each crowd's plans. It costs at most the same share
    of ``sek`` and of ``co2_kg``; where it would cost more, fewer explore. Independent of the order of the crowds.
    """
    reached = sorted((crowd for crowd in crowds if crowd.choices and crowd.units), key=lambda one: _digest(salt, one))
    total = sum(crowd.units for crowd in reached)
    explorers = floor(share * total + 0.5)
    while True:
        found = _spread(reached, explorers, total, salt)
        excess = max(_ratio(found.cost_sek, share * sek), _ratio(found.co2_kg, share * co2_kg))
        if excess <= 1 or not explorers:
            return found
        explorers = min(explorers - 1, floor(explorers / excess))


def propensity(units: int, explored: int, choices: int, planned: int, *, reaches: bool = True) -> float:
    """Return the chance that a unit of a crowd got a plan, before anybody was ranked.

    e of n units explore with 1/P chance for each of the P ``choices``; ``planned`` of the other n − e get this plan:
    (e/n)/P + (1 − e/n)·y/(n − e) = (e/P + y)/n. The plan that reaches nobody is never explored: ``reaches=False``.
    """
    return ((explored / choices if reaches and choices else 0.0) + planned) / units


def _spread(crowds: Sequence[Crowd], explorers: int, total: int, salt: str) -> Exploration:
    plans: dict[str, tuple[tuple[Plan, int], ...]] = {}
    costs, kilograms, before = [], [], 0
    for crowd in crowds:
        after = before + crowd.units
        count = _rounded(explorers, after, total) - _rounded(explorers, before, total)
        before = after
        given = [(offer, n) for offer, n in _turns(crowd, count, salt) if n]
        if given:
            plans[crowd.name] = tuple((offer.plan, n) for offer, n in given)
        costs += [offer.cost_sek * n for offer, n in given]
        kilograms += [offer.co2_kg * n for offer, n in given]
    return Exploration(plans, fsum(costs), fsum(kilograms))


def _turns(crowd: Crowd, count: int, salt: str) -> Iterator[tuple[Offer, int]]:
    """Deal ``count`` units out over the plans in turn, from a plan that the crowd's name and the salt decide."""
    choices = crowd.choices
    first = int(_digest(salt, crowd), 16) % len(choices)
    each, rest = divmod(count, len(choices))
    for turn in range(len(choices)):
        yield choices[(first + turn) % len(choices)], each + (turn < rest)


def _rounded(explorers: int, units: int, total: int) -> int:
    return (2 * explorers * units + total) // (2 * total)


def _ratio(cost: float, limit: float) -> float:
    if cost <= limit:
        return 0.0
    return cost / limit if limit > 0 else inf


def _digest(salt: str, crowd: Crowd) -> str:
    return hashlib.sha256(f"{salt}:{crowd.name}".encode()).hexdigest()


def _key(offer: Offer) -> tuple[str, ...]:
    return tuple(channel or "" for channel in offer.plan)
