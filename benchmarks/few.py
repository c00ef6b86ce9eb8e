"""How often does chance alone show an effect where little is known? Simulated without an effect, with fixed seeds.

    .venv/bin/python benchmarks/few.py [--experiments 2000]

Uses the code of the real system: tasks.estimate and tasks.estimation on sums and scores, tasks.study_weights.
Prints one JSON line per setting; exits 1 where more than 6 % of those with figures are shown, and the
Monte Carlo error of that many. docs/evaluation.md shows the figures.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy

from tasks.estimate import OwnVariance, Sums, compare
from tasks.estimation.adjustment import Population, adjust
from tasks.estimation.intervals import Part
from tasks.study_weights import Weights

SEED = 20261129
MOST = 0.06
Random = numpy.random.Generator


def main() -> int:
    """Print every figure; return 1 where one lies above its bound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", type=int, default=2000)
    experiments = parser.parse_args().experiments
    missed = 0
    for name, p_of in _settings():
        begun, random = time.perf_counter(), numpy.random.default_rng(SEED)
        found = [p_of(random) for _ in range(experiments)]
        told = [p for p in found if p is not None]
        alarms = sum(p < 0.05 for p in told) / max(len(told), 1)
        most = MOST + (0.05 * 0.95 / max(len(told), 1)) ** 0.5
        line = {"figure": name, "value": round(alarms, 4), "most": round(most, 4), "held": alarms <= most}
        line |= {"without figures": round(1 - len(told) / experiments, 4)}
        print(json.dumps(line | {"seconds": round(time.perf_counter() - begun, 1)}), flush=True)
        missed += alarms > most
    return int(missed > 0)


def _settings() -> list[tuple[str, Callable[[Random], float | None]]]:
    crossing = [
        (
            f"{treated} and {control} households across strata, {chance:.0%} act",
            partial(_crossing, treated, control, chance),
        )
        for treated, control, chance in ((200, 20, 0.03), (450, 50, 0.02), (100, 100, 0.03))
    ]
    weights = [
        (f"{name}, {kind}", partial(_weighted, size, draw, share))
        for name, size, draw in WEIGHTS
        for kind, share in (("a share of 30 %", True), ("a normal outcome", False))
    ]
    bounded = [
        (f"{units} and {units} units, {columns} covariates", partial(_adjusted, units, columns))
        for units, columns in ((10, 1), (20, 2), (50, 5), (200, 20))
    ]
    return [*crossing, *weights, *bounded]


def _crossing(treated: int, control: int, chance: float, random: Random) -> float:
    """Households of one to four act together and lie across two strata."""
    arm = numpy.arange(treated + control) < treated
    household = numpy.repeat(numpy.arange(len(arm)), random.integers(1, 5, len(arm)))
    lean = random.beta(2 * chance, 2 * (1 - chance), len(arm))
    acts = (random.random(len(household)) < lean[household]).astype(float)
    stratum = random.integers(0, 2, len(household))
    pairs, weights, scores = [], [], numpy.zeros(len(household))
    for place in (0, 1):
        sides = [(stratum == place) & (arm[household] == side) for side in (True, False)]
        weights.append(float((stratum == place).mean()))
        pairs.append((_sums(acts[sides[0]]), _sums(acts[sides[1]])))
        for side in sides:
            scores[side] = weights[-1] / side.sum() * (acts[side] - acts[side].mean())
    squares = numpy.bincount(household, scores) ** 2
    own = [
        OwnVariance((Part(float(squares[side].sum()) * size / (size - 1), size - 1),), size)
        for side, size in ((arm, treated), (~arm, control))
    ]
    return compare(pairs, weights, own=own, share=True).p


def _one_heavy(random: Random, size: int) -> Any:
    weights = numpy.ones(size)
    weights[random.integers(size)] = 1000
    return weights


def _lognormal(deviation: float, random: Random, size: int) -> Any:
    return random.lognormal(0, deviation, size)


WEIGHTS: tuple[tuple[str, int, Callable[[Random, int], Any]], ...] = (
    ("200 and 200 units, one weight of 1,000", 200, _one_heavy),
    ("100 and 100 units, lognormal(2) weights", 100, partial(_lognormal, 2.0)),
    ("100 and 100 units, lognormal(1) weights", 100, partial(_lognormal, 1.0)),
    ("400 and 400 units, lognormal(2) weights", 400, partial(_lognormal, 2.0)),
)


def _weighted(size: int, draw: Callable[[Random, int], Any], share: bool, random: Random) -> float | None:
    """Single units with survey weights; None where an arm gets no figures."""
    weights = draw(random, 2 * size)
    outcome = (random.random(2 * size) < 0.3).astype(float) if share else random.normal(size=2 * size)
    sides = slice(0, size), slice(size, None)
    told = [_told(weights[side]) for side in sides]
    if any(one.tell_too_little for one in told):
        return None
    pair = _sums(outcome[sides[0]], weights[sides[0]]), _sums(outcome[sides[1]], weights[sides[1]])
    bounds = float(outcome.min()), float(outcome.max())
    return compare([pair], [1.0], share=share, bounds=bounds, uneven=[one.left for one in told]).p


def _told(weights: Any) -> Weights:
    """What ``study/weights.sql`` gives for rows that are clusters."""
    w = weights / weights.sum()
    squares = float(w @ w)
    return Weights(len(w), 1 / squares, len(w), 1 / squares, 1 - 2 * float((w**3).sum()) / squares + squares)


def _adjusted(units: int, columns: int, random: Random) -> float:
    """As many covariates as an arm bears, all of them noise."""
    known, outcome = random.normal(size=(2 * units, columns)), random.normal(size=2 * units)
    weights, strata = numpy.ones(2 * units), numpy.zeros(2 * units, dtype=numpy.int64)
    everybody = Population.of(known, weights, strata, 1)
    arms = []
    for side in (slice(0, units), slice(units, None)):
        arms.append(_sums(adjust(outcome[side], known[side], weights[side], strata[side], everybody)))
    return compare([(arms[0], arms[1])], [1.0]).p


def _sums(outcome: Any, weights: Any = None) -> Sums:
    m = numpy.ones(len(outcome)) if weights is None else weights
    y = outcome * m
    return Sums(len(outcome), *(float(figure) for figure in (m.sum(), y.sum(), y @ y, y @ m, m @ m)))


if __name__ == "__main__":
    sys.exit(main())
