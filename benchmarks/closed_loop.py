"""Twenty campaigns in a simulated city: does the plan move toward what works, and does the effect grow?

    .venv/bin/python benchmarks/closed_loop.py [--cities 10] [--campaigns 20]

The city of benchmarks/learning_city.py, 100,000 people. Every campaign is planned by the real optimiser from what is
believed, 5 % explore, a tenth is held out, and what is observed becomes evidence and beliefs by the code of the real
system. The first plan knows the documented priors alone. ``alike`` is the share of people who get what the plan that
knows the truth would give them. Prints one JSON line per campaign, the mean of the cities, and exits 1 where the effect
does not grow by a tenth, or the plan does not come nearer to the true one.
"""

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

import learning_city
import numpy
from learning_city import CHANNELS, SEGMENTS, Array, City

from tasks.beliefs import Beliefs, Observation, observations, remembered
from tasks.pooling import pool

FORGETTING, GROWTH = 0.9, 1.10


class Step(NamedTuple):
    """One campaign: people who acted because of it, promised and best possible, and how alike the true plan it was."""

    effect: float
    promised: float
    possible: float
    alike: float


def course(seed: int, campaigns: int = learning_city.CAMPAIGNS) -> list[Step]:
    """Run successive campaigns in one city whose effects stay as they are."""
    city, random, seen = learning_city.draw(seed, "static"), numpy.random.default_rng([seed, 3]), list[Observation]()
    steps = []
    for campaign, true in enumerate(city.effects[:campaigns]):
        beliefs = pool(remembered(seen, FORGETTING), city.priors)
        shares = _believed(beliefs)
        trial = learning_city.explored(city, f"{seed}:{campaign}")
        plan = learning_city.best(city, shares, trial) + trial
        steps.append(_step(city, plan, shares, true))
        day = date(2027, 1, 1) + timedelta(days=30 * campaign)
        contrasts = learning_city.observed(city, plan, true, random)
        seen += observations(f"{campaign:02}", day, contrasts, beliefs)
    return steps


def _believed(beliefs: Beliefs) -> Array:
    return numpy.array([[beliefs.share(name, f"{segment:02}") for name in CHANNELS] for segment in range(SEGMENTS)])


def _step(city: City, plan: Array, shares: Array, true: Array) -> Step:
    ideal = learning_city.best(city, true, numpy.zeros(city.admits.shape))
    alike = float(numpy.minimum(plan, ideal).sum() / ideal.sum())
    return Step(float((plan * true).sum()), float((plan * shares).sum()), float((ideal * true).sum()), alike)


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cities", type=int, default=10)
    parser.add_argument("--campaigns", type=int, default=learning_city.CAMPAIGNS)
    asked = parser.parse_args()
    with ProcessPoolExecutor(2) as processes:
        found = numpy.array(list(processes.map(partial(course, campaigns=asked.campaigns), range(asked.cities))))
    for campaign, (effect, promised, possible, alike) in enumerate(found.mean(axis=0), start=1):
        line = {"campaign": campaign, "effect": round(effect), "of_possible": round(effect / possible, 3)}
        print(json.dumps(line | {"promised": round(promised), "alike": round(alike, 3)}), flush=True)
    first, last = found.mean(axis=0)[0], found.mean(axis=0)[-1]
    return 0 if last[0] >= GROWTH * first[0] and last[3] > first[3] else 1


if __name__ == "__main__":
    sys.exit(main())
