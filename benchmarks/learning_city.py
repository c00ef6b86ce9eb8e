"""The city of benchmarks/learning.py: who lives there, what contacts cost, what they truly do, what is observed of it.

Costs, shares and effects are illustrative.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from tasks.beliefs import Belief, Contrast
from tasks.contact_plan import Cell, Limits, Option, solve
from tasks.contrasts import Group, contrasts
from tasks.estimate import Sums
from tasks.exploration import Crowd, Offer, explore

Array = NDArray[numpy.float64]

PEOPLE, SEGMENTS, CAMPAIGNS, HOLDOUT, EXPLORED = 100_000, 40, 20, 0.10, 0.05
CHANNELS = ("app", "email", "letter", "mailbox", "sms", "visit")
COST = numpy.array([0.01, 0.02, 9.50, 1.00, 0.40, 25.0])
CARBON = numpy.array([0.0001, 0.0003, 0.020, 0.0002, 0.0002, 0.050])
TYPICAL_SHARE = numpy.array([0.05, 0.07, 0.13, 0.10, 0.09, 0.25])
ADMITTED = numpy.array([0.5, 0.8, 1.0, 0.6, 0.8, 1.0])
BUDGET, KILOGRAMS = 200_000.0, 2_000.0
WITHOUT_CAMPAIGN, PRIOR_CONTACTS = 0.08, 20
BETWEEN_SEGMENTS, WITHIN_SEGMENTS, PRIOR_ERROR = 0.5, 0.5, 0.3
DRIFT, SHOCK, SHOCK_AT = 0.08, -1.0, 10


@dataclass(frozen=True)
class City:
    """People by segment, admitted channels, who acts anyway, documented priors, and the true effects per campaign."""

    persons: NDArray[numpy.int64]
    admits: NDArray[numpy.bool_]
    base: Array
    priors: Mapping[str, Belief]
    effects: tuple[Array, ...]

    @property
    def held_out(self) -> NDArray[numpy.int64]:
        """Persons of each segment drawn into the control group."""
        drawn: NDArray[numpy.int64] = numpy.round(self.persons * HOLDOUT).astype(int)
        return drawn

    @property
    def treated(self) -> NDArray[numpy.int64]:
        """Persons of each segment who may be contacted."""
        return self.persons - self.held_out


def draw(seed: int, world: str) -> City:
    """Draw a city; the same seed gives the same people in every world.

    Logits of effects are channel + segment + own part. With drift every one walks at random, and at campaign 11 one
    channel loses most of its effect.
    """
    random = numpy.random.default_rng([seed, 1])
    persons = random.multinomial(PEOPLE, random.dirichlet(numpy.full(SEGMENTS, 4.0)))
    admits = random.random((SEGMENTS, len(CHANNELS))) < ADMITTED
    base = share(logit(numpy.array(WITHOUT_CAMPAIGN)) + random.normal(0, 0.3, SEGMENTS))
    means = share(logit(TYPICAL_SHARE) + random.normal(0, PRIOR_ERROR, len(CHANNELS)))
    logits = logit(TYPICAL_SHARE) + random.normal(0, BETWEEN_SEGMENTS, (SEGMENTS, 1))
    logits = logits + random.normal(0, WITHIN_SEGMENTS, admits.shape)
    effects = []
    for campaign in range(CAMPAIGNS):
        if world == "drift":
            logits = logits + random.normal(0, DRIFT, logits.shape)
            if campaign == SHOCK_AT:
                logits[:, random.integers(len(CHANNELS))] += SHOCK
        effects.append(share(logits))
    return City(persons, admits, base, _priors(means), tuple(effects))


def best(city: City, shares: Array, spent: Array) -> Array:
    """Return the optimiser's persons by segment and channel for believed shares, once ``spent`` has been given."""
    left = city.treated - spent.sum(axis=1)
    cells = [
        Cell(f"{segment:02}", int(left[segment]), 1, {}, _options(city, segment, shares)) for segment in range(SEGMENTS)
    ]
    limits = Limits(BUDGET - float(spent.sum(axis=0) @ COST), KILOGRAMS - float(spent.sum(axis=0) @ CARBON), {})
    found = numpy.zeros(shares.shape)
    for (name, channel), units in solve(cells, limits).units.items():
        found[int(name), CHANNELS.index(channel)] = units
    return found


def explored(city: City, salt: str) -> Array:
    """Return the persons by segment and channel who get a random admissible channel."""
    crowds = [
        Crowd(
            f"{segment:02}",
            int(units),
            tuple(Offer((CHANNELS[c],), COST[c], CARBON[c]) for c in numpy.flatnonzero(city.admits[segment])),
        )
        for segment, units in enumerate(city.treated)
    ]
    found = numpy.zeros(city.admits.shape)
    for name, plans in explore(crowds, EXPLORED, salt, BUDGET, KILOGRAMS).plans.items():
        for plan, units in plans:
            found[int(name), CHANNELS.index(str(plan[0]))] += units
    return found


def observed(city: City, plan: Array, effect: Array, random: numpy.random.Generator) -> list[Contrast]:
    """Return treated minus holdout by segment and channel, as an evaluation estimates it from what people did."""
    acted = random.binomial(city.held_out, city.base)
    groups = []
    for segment, column in numpy.argwhere(plan > 0):
        persons = int(plan[segment, column])
        chance = min(1.0, city.base[segment] + effect[segment, column])
        sums = _sums(persons, int(random.binomial(persons, chance)))
        groups.append(Group(f"{segment:02}", 1, {CHANNELS[column]: 1.0}, sums))
    held = zip(city.held_out.tolist(), acted.tolist(), strict=True)
    return contrasts(groups, [Group(f"{s:02}", 1, {}, _sums(*counts)) for s, counts in enumerate(held)])


def fixed_mix(city: City) -> Array:
    """Return an even split of everybody over the admitted channels, thinned from the costly end until affordable."""
    return _affordable(city.treated[:, None] * city.admits / city.admits.sum(axis=1, keepdims=True))


def digital_first(city: City) -> Array:
    """Return the cheapest digital channel for everybody who has one, and a letter for the others."""
    plan = numpy.zeros(city.admits.shape)
    order = [CHANNELS.index(name) for name in ("app", "email", "sms", "mailbox", "letter")]
    for segment, units in enumerate(city.treated):
        plan[segment, next(column for column in order if city.admits[segment, column])] = units
    return _affordable(plan)


def logit(share: Array) -> Array:
    """Return log(p / (1 − p))."""
    found: Array = numpy.log(share / (1 - share))
    return found


def share(logit: Array) -> Array:
    """Return 1 / (1 + e^−x)."""
    found: Array = 1 / (1 + numpy.exp(-logit))
    return found


def _priors(means: Array) -> dict[str, Belief]:
    return {
        name: Belief(PRIOR_CONTACTS * float(mean), PRIOR_CONTACTS * float(1 - mean))
        for name, mean in zip(CHANNELS, means, strict=True)
    }


def _options(city: City, segment: int, shares: Array) -> tuple[Option, ...]:
    return tuple(
        Option(CHANNELS[c], float(shares[segment, c]), float(COST[c]), float(CARBON[c]))
        for c in numpy.flatnonzero(city.admits[segment])
    )


def _affordable(plan: Array) -> Array:
    for column in numpy.argsort(-COST):
        over, price = float(plan.sum(axis=0) @ COST) - BUDGET, COST[column] * plan[:, column].sum()
        if over > 0 and price > 0:
            plan[:, column] *= max(0.0, 1 - over / price)
    return numpy.floor(plan + 1e-9)


def _sums(persons: int, acted: int) -> Sums:
    return Sums(persons, persons, acted, acted, acted, persons)
