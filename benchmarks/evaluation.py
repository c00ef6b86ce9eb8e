"""Do intervals cover, do looks cry wolf, is power what was said, is shrinking worth it? Simulated, with fixed seeds.

    .venv/bin/python benchmarks/evaluation.py [--campaigns 10000]

Uses the code of the real system: tasks.estimate on sums by stratum, tasks.estimation, and the power of
tasks.experiment_design. Households act together: a household's chance is drawn around its stratum's. Prints one JSON
line per figure with its bounds; exits 1 where one is missed. docs/evaluation.md shows the figures. Coverage is told on
10,000 campaigns a setting: on 2,000 chance alone moves it by a percentage point.
"""

import argparse
import json
import sys
import time
from typing import Any

import numpy

from tasks import estimate, experiment_design
from tasks.estimate import Sums
from tasks.estimation import strata
from tasks.estimation.adjustment import Population, adjust
from tasks.estimation.intervals import Difference
from tasks.estimation.looks_spending import boundaries, confidence_sequence
from tasks.estimation.matched_pairs import pair_areas
from tasks.estimation.shrinkage import quantile, shrink_many

SEED = 20261124
STRATA = 6
SETTINGS: dict[str, dict[str, Any]] = {
    "large, an effect": {"households": 4000, "base": 0.30, "effect": 0.04, "share": 0.2, "together": 2.0},
    "rare outcome": {"households": 6000, "base": 0.03, "effect": 0.01, "share": 0.1, "together": 4.0},
    "small holdout": {"households": 3000, "base": 0.20, "effect": 0.03, "share": 0.05, "together": 2.0},
    "households act as one": {"households": 2000, "base": 0.40, "effect": 0.0, "share": 0.3, "together": 0.5},
    "few households": {"households": 400, "base": 0.25, "effect": 0.05, "share": 0.5, "together": 2.0},
}
DAYS, PER_DAY = 28, 300
GROUPS = 40


def main() -> int:
    """Print every figure; return 1 where one lies outside its bounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--campaigns", type=int, default=10_000)
    campaigns = parser.parse_args().campaigns
    missed = 0
    for name, setting in SETTINGS.items():
        missed += _tell(f"coverage: {name}", *_coverage(campaigns, **setting), 0.94, 0.96)
    covered, narrower, seconds = _adjusted(min(campaigns, 2000))
    missed += _tell("coverage: adjusted for what was known before", covered, seconds, 0.94, 0.96)
    missed += _tell("width, adjusted over plain", narrower, seconds, 0.0, 0.999)
    for name, (share, seconds), most in _looks(min(campaigns, 4000)):
        missed += _tell(f"false alarms, 28 daily looks: {name}", share, seconds, 0.0, most)
    for areas, most in ((20, 10_000), (60, 1000)):  # flipping the signs of 30 pairs takes long
        alarms, covered, power, seconds = _areas(min(campaigns, most), areas)
        missed += _tell(f"{areas} areas in pairs: false alarms", alarms, seconds, 0.0, 0.055)
        missed += _tell(f"{areas} areas in pairs: coverage", covered, seconds, 0.94, 0.96)
        missed += _tell(f"{areas} areas in pairs: power for two percentage points", power, seconds, 0.0, 1.0)
    missed += _tell("power at the stated minimum detectable effect", *_power(campaigns), 0.77, 0.83)
    for spread in (0.0, 0.01, 0.03):
        error, covered, seconds = _groups(campaigns, spread)
        missed += _tell(f"groups, true spread {spread}: error shrunken / raw", error, seconds, 0.0, 0.999)
        missed += _tell(f"groups, true spread {spread}: coverage", covered, seconds, 0.94, 1.0)
    return 1 if missed else 0


def _tell(name: str, figure: float, seconds: float, least: float, most: float) -> int:
    held = bool(least <= figure <= most)
    line = {"figure": name, "value": round(float(figure), 4), "least": least, "most": most, "held": held}
    print(json.dumps(line | {"seconds": round(seconds, 1)}), flush=True)
    return 0 if held else 1


def _coverage(campaigns: int, households: int, base: float, effect: float, share: float, together: float) -> Any:
    """Share of campaigns whose interval holds the true effect; persons are drawn anew, households clustered."""
    random, begun, inside = numpy.random.default_rng(SEED), time.perf_counter(), 0
    for _ in range(campaigns):
        stratum = random.integers(0, STRATA, households)
        size = random.integers(1, 5, households)
        treated = _drawn(random, stratum, share)
        chance = base * (0.7 + 0.6 * stratum / (STRATA - 1)) + effect * treated
        lean = random.beta(chance * together, (1 - chance) * together)
        acts = random.binomial(size, lean).astype(float)
        arms = [_by_stratum(stratum[side], acts[side], size[side].astype(float)) for side in (treated, ~treated)]
        found = estimate.difference(*arms, share=True)
        inside += found.low <= effect <= found.high
    return inside / campaigns, time.perf_counter() - begun


def _adjusted(campaigns: int) -> tuple[float, float, float]:
    """Coverage and relative width with a covariate per household, on cluster rows as in `evaluate`."""
    random, begun, inside, widths = numpy.random.default_rng(SEED), time.perf_counter(), 0, [0.0, 0.0]
    for _ in range(campaigns):
        stratum, size = random.integers(0, STRATA, 600), random.integers(1, 5, 600).astype(float)
        treated, lean = _drawn(random, stratum, 0.7), random.beta(1.2, 2.8, 600)
        before = (random.binomial(size.astype(int), lean) / size)[:, None]
        acts = random.binomial(size.astype(int), numpy.clip(lean + 0.1 * treated, 0, 1)) / size
        everybody = Population.of(before, size, stratum, STRATA)
        plain, adjusted = [], []
        for side in (treated, ~treated):
            rows = before[side], size[side], stratum[side]
            plain.append(_by_stratum(stratum[side], acts[side] * size[side], size[side]))
            better = adjust(acts[side], *rows, everybody)
            adjusted.append(_by_stratum(stratum[side], better * size[side], size[side]))
        found, other = estimate.difference(*adjusted), estimate.difference(*plain)
        truth = float((numpy.clip(lean + 0.1, 0, 1) - lean) @ size / size.sum())
        inside += found.low <= truth <= found.high
        widths = [widths[0] + found.high - found.low, widths[1] + other.high - other.low]
    return inside / campaigns, widths[0] / widths[1], time.perf_counter() - begun


def _drawn(random: numpy.random.Generator, stratum: Any, share: float) -> Any:
    """Hold out the share of every stratum, as the audience stage does."""
    order = numpy.lexsort((random.random(len(stratum)), stratum))
    treated = numpy.ones(len(stratum), dtype=bool)
    for name in range(STRATA):
        members = order[stratum[order] == name]
        treated[members[: round(share * len(members))]] = False
    return treated


def _by_stratum(stratum: Any, y: Any, m: Any) -> dict[str, Sums]:
    columns = [numpy.bincount(stratum, value, STRATA) for value in (numpy.ones_like(y), m, y, y * y, y * m, m * m)]
    return {str(name): Sums(int(row[0]), *row[1:]) for name, row in enumerate(zip(*columns, strict=True)) if row[0]}


def _looks(campaigns: int) -> Any:
    """No effect; every day more households answer, and somebody looks. Share of campaigns with any false alarm."""
    begun = time.perf_counter()
    random = numpy.random.default_rng(SEED)
    size = random.integers(1, 5, (2, campaigns, DAYS, PER_DAY))
    acts = random.binomial(size, random.beta(0.6, 1.4, size.shape)).astype(float)
    totals = [[v.sum(-1).cumsum(-1) for v in (y, m, y * y, y * m, m * m)] for y, m in zip(acts, size, strict=True)]
    counts = PER_DAY * numpy.arange(1, DAYS + 1)
    means = [y / m for y, m, *_ in totals]
    variances = [
        (yy - 2 * p * ym + p**2 * mm) / m**2 * counts / (counts - 1)
        for p, (_, m, yy, ym, mm) in zip(means, totals, strict=True)
    ]
    gap, error = abs(means[0] - means[1]), numpy.sqrt(sum(variances))
    bounds = numpy.array(boundaries([day / DAYS for day in range(1, DAYS + 1)]))
    open_width = numpy.array([confidence_sequence(1.0, 2 * count, 2 * counts[-1]) for count in counts])
    seconds = time.perf_counter() - begun
    # Twice the Monte Carlo error of 2,000 campaigns at 5 % is a percentage point.
    yield "O'Brien–Fleming spending", (float((gap > bounds * error).any(-1).mean()), seconds), 0.055
    yield "confidence sequence", (float((gap > open_width * error).any(-1).mean()), seconds), 0.02
    yield "plain 95 % interval, for comparison", (float((gap > 1.96 * error).any(-1).mean()), seconds), 1.0


def _areas(campaigns: int, areas: int) -> tuple[float, float, float, float]:
    """False alarms and coverage of areas paired by size, of which one is held out by lot; power for two points more.

    Areas of 500 to 3,000 persons differ anyway, by a standard deviation of 1.5 percentage points around 20 %.
    """
    begun, random = time.perf_counter(), numpy.random.default_rng(SEED)
    alarms, covered, shown = 0, 0, 0
    for _ in range(campaigns):
        size = random.integers(500, 3000, areas)
        pairs = numpy.array(pair_areas({str(area): float(persons) for area, persons in enumerate(size)}), dtype=int)
        pairs = random.permuted(pairs, axis=1)
        chance = numpy.clip(random.normal(0.2, 0.015, areas), 0.01, 0.9)
        nothing = _paired(pairs, size, random.binomial(size, chance))
        chance[pairs[:, 0]] += 0.02
        something = _paired(pairs, size, random.binomial(size, chance))
        alarms += nothing.p < 0.05
        covered += nothing.low <= 0 <= nothing.high
        shown += something.p < 0.05
    return alarms / campaigns, covered / campaigns, shown / campaigns, time.perf_counter() - begun


def _paired(pairs: Any, size: Any, acts: Any) -> Difference:
    arms = [
        {
            str(pair): Sums(1, m, y, y * y, y * m, m * m)
            for pair, (y, m) in enumerate(zip(acts[side], size[side], strict=True))
        }
        for side in pairs.T
    ]
    return strata.difference(strata.comparable(*arms), share=True)


def _power(campaigns: int) -> tuple[float, float]:
    """Share of campaigns shown where the effect is the minimum detectable one that the design states."""
    begun, random = time.perf_counter(), numpy.random.default_rng(SEED)
    treated, holdout, base = 4500, 500, 0.25
    effect = experiment_design.minimum_detectable_effect(base, treated, holdout)
    shown = 0
    for _ in range(campaigns):
        acts = [random.binomial(n, p) for n, p in ((treated, base + effect), (holdout, base))]
        arms = [{"": Sums(n, n, y, y, y, n)} for n, y in zip((treated, holdout), acts, strict=True)]
        shown += estimate.difference(*arms, share=True).p < 0.05
    return shown / campaigns, time.perf_counter() - begun


def _groups(campaigns: int, spread: float) -> tuple[float, float, float]:
    """Error of shrunken group effects over that of raw ones, and how often their intervals hold the truth."""
    begun, random = time.perf_counter(), numpy.random.default_rng(SEED)
    ratios, covered = [0.0, 0.0], 0.0
    for _ in range(max(campaigns // 100, 1)):
        variances = random.uniform(0.02, 0.05, (100, GROUPS)) ** 2
        truth = random.normal(0.03, spread, (100, GROUPS))
        raw = random.normal(truth, numpy.sqrt(variances))
        mean, deviation = shrink_many(raw, variances)
        ratios[0] += float(((mean - truth) ** 2).sum())
        ratios[1] += float(((raw - truth) ** 2).sum())
        covered += float((abs(mean - truth) <= quantile(GROUPS) * deviation).mean())
    return (ratios[0] / ratios[1]) ** 0.5, covered / max(campaigns // 100, 1), time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
