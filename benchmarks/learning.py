"""Twenty successive campaigns: how much effect each way of choosing channels loses against one that knows everything.

    .venv/bin/python benchmarks/learning.py [--replications 60]

100,000 people in 40 segments, 6 channels of which each segment admits some, a budget that pays a letter for a few. A
tenth of every segment is held out. What a policy learns from is what the real system sees: per segment and channel,
the treated minus the holdout, both drawn at random with their noise; never the truth. Costs and effects are
illustrative. Prints one JSON line per policy and world and exits 1 where a target is missed.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from math import sqrt

import numpy
from numpy.typing import NDArray

from tasks.beliefs import Belief, Beliefs, Contrast, Observation, observations, remembered
from tasks.contact_plan import Cell, Limits, Option, solve
from tasks.contrasts import Group, contrasts
from tasks.estimate import Sums
from tasks.exploration import Crowd, Offer, explore
from tasks.pooling import pool

Array = NDArray[numpy.float64]

PEOPLE, SEGMENTS, CAMPAIGNS, HOLDOUT, EXPLORED, FORGETTING = 100_000, 40, 20, 0.10, 0.05, 0.9
CHANNELS = ("app", "email", "letter", "mailbox", "sms", "visit")
COST = dict(zip(CHANNELS, (0.01, 0.02, 9.50, 1.00, 0.40, 25.0), strict=True))
CARBON = dict(zip(CHANNELS, (0.0001, 0.0003, 0.020, 0.0002, 0.0002, 0.050), strict=True))
SHARE = dict(zip(CHANNELS, (0.05, 0.07, 0.13, 0.10, 0.09, 0.25), strict=True))
ADMITTED = dict(zip(CHANNELS, (0.5, 0.8, 1.0, 0.6, 0.8, 1.0), strict=True))
BUDGET, KILOGRAMS = 200_000.0, 2_000.0
PRIOR_CONTACTS = 20
BETWEEN_SEGMENTS, WITHIN, PRIOR_ERROR = 0.5, 0.5, 0.3
DRIFT, SHOCK, SHOCK_AT = 0.08, -1.0, 10
POLICIES = ("fixed mix", "digital first", "unpooled mean", "hierarchical", "hierarchical with exploration")
OURS = POLICIES[-1]
TARGETS = {"static": 0.12, "drift": 0.16}


@dataclass(frozen=True)
class City:
    """People by segment, channels admitted, shares that act without a campaign, priors, and effects per campaign."""

    persons: NDArray[numpy.int64]
    admits: NDArray[numpy.bool_]
    base: Array
    priors: Mapping[str, Belief]
    effects: tuple[Array, ...]


def city(seed: int, world: str) -> City:
    """Draw a city; the same seed gives the same people in every world."""
    random = numpy.random.default_rng([seed, 1])
    persons = random.multinomial(PEOPLE, random.dirichlet(numpy.full(SEGMENTS, 4.0)))
    admits = random.random((SEGMENTS, len(CHANNELS))) < [ADMITTED[name] for name in CHANNELS]
    base = _share(_logit(numpy.array(0.08)) + random.normal(0, 0.3, SEGMENTS))
    typical = _logit(numpy.array([SHARE[name] for name in CHANNELS]))
    means = _share(typical + random.normal(0, PRIOR_ERROR, len(CHANNELS)))
    logits = typical + random.normal(0, BETWEEN_SEGMENTS, (SEGMENTS, 1))
    logits = logits + random.normal(0, WITHIN, (SEGMENTS, len(CHANNELS)))
    effects = []
    for campaign in range(CAMPAIGNS):
        if world == "drift":
            logits = logits + random.normal(0, DRIFT, logits.shape)
            if campaign == SHOCK_AT:
                logits[:, random.integers(len(CHANNELS))] += SHOCK
        effects.append(_share(logits))
    priors = {
        name: Belief(PRIOR_CONTACTS * mean, PRIOR_CONTACTS * (1 - mean))
        for name, mean in zip(CHANNELS, means, strict=True)
    }
    return City(persons, admits, base, priors, tuple(effects))


def best(place: City, shares: Array, spent: Array | None = None) -> Array:
    """Return the optimiser's persons by segment and channel for believed shares, after ``spent`` has been given."""
    given = numpy.zeros(shares.shape) if spent is None else spent
    left = treated(place) - given.sum(axis=1)
    cells = [
        Cell(
            f"{segment:02}", int(left[segment]), 1, {},
            tuple(
                Option(name, float(shares[segment, column]), COST[name], CARBON[name])
                for column, name in enumerate(CHANNELS) if place.admits[segment, column]
            ),
        )
        for segment in range(SEGMENTS)
    ]  # fmt: skip
    sek, kilograms = BUDGET - cost(given), KILOGRAMS - float(given.sum(axis=0) @ list(CARBON.values()))
    plan = solve(cells, Limits(sek, kilograms, {}))
    found = numpy.zeros(shares.shape)
    for (name, channel), units in plan.units.items():
        found[int(name), CHANNELS.index(channel)] = units
    return found


def treated(place: City) -> NDArray[numpy.int64]:
    """Return the persons of each segment who are not held out."""
    held: NDArray[numpy.int64] = numpy.round(place.persons * HOLDOUT).astype(int)
    return place.persons - held


def cost(plan: Array) -> float:
    """Return kronor."""
    return float(plan.sum(axis=0) @ [COST[name] for name in CHANNELS])


def explored(place: City, salt: str) -> Array:
    """Return the persons by segment and channel who get a random admissible channel."""
    crowds = [
        Crowd(
            f"{segment:02}", int(units),
            tuple(
                Offer((name,), COST[name], CARBON[name])
                for column, name in enumerate(CHANNELS) if place.admits[segment, column]
            ),
        )
        for segment, units in enumerate(treated(place))
    ]  # fmt: skip
    found = numpy.zeros(place.admits.shape)
    for name, plans in explore(crowds, EXPLORED, salt, BUDGET, KILOGRAMS).plans.items():
        for plan, units in plans:
            found[int(name), CHANNELS.index(str(plan[0]))] += units
    return found


def fixed_mix(place: City) -> Array:
    """Return an even split of people over the admitted channels, thinned from the costly end until it is affordable."""
    return _affordable(treated(place)[:, None] * place.admits / place.admits.sum(axis=1, keepdims=True))


def digital_first(place: City) -> Array:
    """Return the cheapest digital channel for everybody who has one and a letter for the others while money lasts."""
    plan = numpy.zeros(place.admits.shape)
    for segment, units in enumerate(treated(place)):
        order = [name for name in ("app", "email", "sms", "mailbox", "letter")]
        first = next(name for name in order if place.admits[segment, CHANNELS.index(name)])
        plan[segment, CHANNELS.index(first)] = units
    return _affordable(plan)


def _affordable(plan: Array) -> Array:
    for name in sorted(CHANNELS, key=lambda name: -COST[name]):
        column = CHANNELS.index(name)
        over, price = cost(plan) - BUDGET, COST[name] * plan[:, column].sum()
        if over > 0 and price > 0:
            plan[:, column] *= max(0.0, 1 - over / price)
    return numpy.floor(plan + 1e-9)


def observed(place: City, plan: Array, effect: Array, random: numpy.random.Generator) -> list[Contrast]:
    """Return treated minus holdout by segment and channel, as an evaluation would estimate it."""
    control = place.persons - treated(place)
    acted = random.binomial(control, place.base)
    groups = []
    for segment, column in numpy.argwhere(plan > 0):
        n = int(plan[segment, column])
        x = int(random.binomial(n, min(1.0, place.base[segment] + effect[segment, column])))
        groups.append(Group(f"{segment:02}", 1, {CHANNELS[column]: 1.0}, _sums(n, x)))
    held = [
        Group(f"{segment:02}", 1, {}, _sums(int(control[segment]), int(acted[segment]))) for segment in range(SEGMENTS)
    ]
    return contrasts(groups, held)


def _sums(persons: int, acted: int) -> Sums:
    return Sums(persons, persons, acted, acted, acted, persons)


def believed(place: City, policy: str, seen: list[Observation]) -> tuple[Beliefs, Array]:
    """Return a policy's beliefs, as an object and as a table of shares."""
    evidence = remembered(seen, FORGETTING)
    if policy == "unpooled mean":
        prior = place.priors
        beliefs = Beliefs(
            {
                (channel, segment): Belief(
                    max(prior[channel].alpha / PRIOR_CONTACTS + one.successes, 1e-3),
                    max(prior[channel].beta / PRIOR_CONTACTS + one.trials - one.successes, 1e-3),
                )
                for (channel, segment), one in evidence.items()
            }
            | {(channel, "all"): belief for channel, belief in prior.items()}
        )
    else:
        beliefs = pool(evidence, place.priors)
    rows = [[beliefs.share(name, f"{segment:02}") for name in CHANNELS] for segment in range(SEGMENTS)]
    return beliefs, numpy.array(rows)


def replicate(seed: int, world: str) -> dict[str, tuple[list[float], list[float], list[float]]]:
    """Return, per policy, the true effect, the effect of the oracle and predicted over realised, by campaign."""
    place = city(seed, world)
    oracle = [float((best(place, effect) * effect).sum()) for effect in place.effects]
    return {policy: _campaigns(place, policy, oracle, seed) for policy in POLICIES}


def _campaigns(
    place: City, policy: str, oracle: list[float], seed: int
) -> tuple[list[float], list[float], list[float]]:
    random = numpy.random.default_rng([seed, 2])
    seen: list[Observation] = []
    gained, honesty = [], []
    for campaign, effect in enumerate(place.effects):
        if policy in POLICIES[:2]:
            plan = fixed_mix(place) if policy == POLICIES[0] else digital_first(place)
            gained.append(float((plan * effect).sum()))
            continue
        beliefs, shares = believed(place, policy, seen)
        trial = explored(place, f"{seed}:{campaign}") if policy == OURS else numpy.zeros(shares.shape)
        plan = best(place, shares, trial) + trial
        gained.append(float((plan * effect).sum()))
        honesty.append(float((plan * shares).sum()) / gained[-1])
        day = date(2027, 1, 1) + timedelta(days=30 * campaign)
        seen += observations(f"{campaign:02}", day, observed(place, plan, effect, random), beliefs)
    return gained, oracle, honesty


def _logit(share: Array) -> Array:
    found: Array = numpy.log(share / (1 - share))
    return found


def _share(logit: Array) -> Array:
    found: Array = 1 / (1 + numpy.exp(-logit))
    return found


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replications", type=int, default=60)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    missed = []
    for world, target in TARGETS.items():
        start = time.monotonic()
        with ProcessPoolExecutor(asked.processes) as processes:
            results = list(processes.map(partial(replicate, world=world), range(asked.replications)))
        regrets: dict[str, float] = {}
        for policy in POLICIES:
            gained = numpy.array([result[policy][0] for result in results])
            oracle = numpy.array([result[policy][1] for result in results])
            each = 1 - gained.sum(axis=1) / oracle.sum(axis=1)
            regrets[policy] = float(each.mean())
            line: dict[str, object] = {
                "world": world, "policy": policy, "regret": round(regrets[policy], 4),
                "standard_error": round(float(each.std(ddof=1) / sqrt(len(each))), 4),
                "first": round(float(1 - (gained[:, 0] / oracle[:, 0]).mean()), 4),
                "last": round(float(1 - (gained[:, -1] / oracle[:, -1]).mean()), 4),
            }  # fmt: skip
            if results[0][policy][2]:
                honesty = numpy.median([result[policy][2] for result in results], axis=0)
                line["predicted_over_realised"] = [round(float(value), 3) for value in honesty]
                if policy == OURS and abs(honesty[2:] - 1).max() > 0.05:
                    missed.append(f"{world}: predicted over realised outside 0.95-1.05 from the third campaign")
            print(json.dumps(line), flush=True)
        if regrets[OURS] > target:
            missed.append(f"{world}: regret {regrets[OURS]:.1%} above {target:.0%}")
        if regrets[OURS] > regrets[POLICIES[0]] / 3:
            missed.append(f"{world}: regret above a third of the fixed mix")
        print(json.dumps({"world": world, "seconds": round(time.monotonic() - start, 1)}), flush=True)
    for each in missed:
        print(each, file=sys.stderr)
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
