"""Partial pooling: every belief borrows from its channel's other segments and its segment's other channels; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from tasks.beliefs import EVERY_SEGMENT, Belief, Beliefs, Cell, Evidence

SEGMENT_SPREAD = 0.5
LEAST_STRENGTH, MOST_STRENGTH = 5.0, 2000.0
CELLS_OF_PRIOR_STRENGTH = 5.0
LEAST_PARAMETER = 1e-3
NEWTON_STEPS, SMALL_STEP, LARGEST_STEP = 100, 1e-10, 2.0

Array = NDArray[numpy.float64]


@dataclass(frozen=True)
class _Table:
    """Evidence as arrays, a row per channel (sorted) and a column per segment (sorted)."""

    channels: list[str]
    segments: list[str]
    trials: Array
    successes: Array
    prior: Array


def pool(evidence: Mapping[Cell, Evidence], priors: Mapping[str, Belief]) -> Beliefs:
    """Return a belief for every known channel in every known segment, and in ``all`` for segments to come.

    Empirical Bayes: each cell's Beta is centred on an additive logit model (channel + segment), its strength is found
    by the method of moments, and the cell's own evidence is added (Gelman et al., *Bayesian Data Analysis*, 3rd ed.,
    5.1-5.3). A channel's documented prior enters as that many contacts, so without evidence the prior comes back.
    Evidence about a channel without a prior is left out. Independent of the order of the evidence.
    """
    table = _tabulate(evidence, priors)
    channel_logit, segment_logit = _fit(table)
    centre = _share(channel_logit[:, None] + segment_logit[None, :])
    own = _share(channel_logit)
    strength = _strength(table, centre)
    beliefs = {
        (channel, EVERY_SEGMENT): _belief(own[row], strength[row], 0.0, 0.0)
        for row, channel in enumerate(table.channels)
    }
    for row, channel in enumerate(table.channels):
        for column, segment in enumerate(table.segments):
            cell = (row, column)
            beliefs[channel, segment] = _belief(centre[cell], strength[row], table.trials[cell], table.successes[cell])
    return Beliefs(beliefs)


def _tabulate(evidence: Mapping[Cell, Evidence], priors: Mapping[str, Belief]) -> _Table:
    channels = sorted(priors)
    segments = sorted({segment for channel, segment in evidence if channel in priors})
    row, column = ({name: number for number, name in enumerate(names)} for names in (channels, segments))
    trials, successes = numpy.zeros((2, len(channels), len(segments)))
    for (channel, segment), seen in evidence.items():
        if channel in priors:
            cell = row[channel], column[segment]
            trials[cell], successes[cell] = seen.trials, seen.successes
    prior = numpy.array([[priors[name].alpha, priors[name].beta] for name in channels]).reshape(-1, 2)
    return _Table(channels, segments, trials, successes, prior)


def _fit(table: _Table) -> tuple[Array, Array]:
    """Return the logits of channels and segments by Newton's method.

    Maximises Σ successes·η − trials·log(1 + e^η), the prior's contacts among them at a segment effect of zero, minus
    the ridge Σ γ²/2σ² that stands for segment effects γ from N(0, σ²). It is strictly concave, also where successes are
    negative (quasi-likelihood: Wedderburn, 1974).
    """
    rows, columns = table.trials.shape
    weight, seen = table.prior.sum(axis=1), table.prior[:, 0]
    logits = numpy.concatenate([numpy.log(seen / (weight - seen)), numpy.zeros(columns)])
    for _ in range(NEWTON_STEPS):
        channel, segment = logits[:rows], logits[rows:]
        centre, own = _share(channel[:, None] + segment[None, :]), _share(channel)
        residual, spread = table.successes - table.trials * centre, table.trials * centre * (1 - centre)
        gradient = numpy.concatenate(
            [residual.sum(axis=1) + seen - weight * own, residual.sum(axis=0) - segment / SEGMENT_SPREAD**2]
        )
        step = _newton_step(
            gradient,
            spread,
            spread.sum(axis=1) + weight * own * (1 - own),
            spread.sum(axis=0) + 1 / SEGMENT_SPREAD**2,
        )
        logits = logits + step * min(1.0, LARGEST_STEP / max(float(abs(step).max(initial=0.0)), SMALL_STEP))
        if abs(step).max(initial=0.0) < SMALL_STEP:
            break
    return logits[:rows], logits[rows:]


def _newton_step(gradient: Array, spread: Array, of_channels: Array, of_segments: Array) -> Array:
    """Solve curvature · step = gradient by the Schur complement: segments meet each other only through channels."""
    rows = len(of_channels)
    scaled = spread / of_segments
    reduced = numpy.diag(of_channels) - scaled @ spread.T
    channel = numpy.linalg.solve(reduced, gradient[:rows] - scaled @ gradient[rows:])
    return numpy.concatenate([channel, (gradient[rows:] - spread.T @ channel) / of_segments])


def _strength(table: _Table, centre: Array) -> Array:
    """Return, per channel, how many contacts a centre weighs as much as.

    A cell's rate varies around its centre m by m(1 − m)(1/n + ρ), with ρ = 1/(strength + 1): ρ is found by moments
    (Kleinman, 1973), each cell weighed by its information, and shrunk to the prior's own strength, which counts as a
    few cells. Bounded, so that neither one wild cell nor perfect agreement decides alone.
    """
    prior = 1 / (table.prior.sum(axis=1) + 1)
    known = table.trials > 0
    trials = numpy.where(known, table.trials, 1.0)
    binomial = centre * (1 - centre)
    excess = (table.successes / trials - centre) ** 2 / binomial - 1 / trials
    weight = numpy.where(known, (prior[:, None] / (prior[:, None] + 1 / trials)) ** 2, 0.0)
    over = (CELLS_OF_PRIOR_STRENGTH * prior + (weight * excess).sum(axis=1)) / (
        CELLS_OF_PRIOR_STRENGTH + weight.sum(axis=1)
    )
    least, most = numpy.minimum(prior, 1 / (MOST_STRENGTH + 1)), numpy.maximum(prior, 1 / (LEAST_STRENGTH + 1))
    strength: Array = 1 / numpy.clip(over, least, most) - 1
    return strength


def _belief(centre: float, strength: float, trials: float, successes: float) -> Belief:
    alpha = centre * strength + successes
    beta = (1 - centre) * strength + trials - successes
    return Belief(max(float(alpha), LEAST_PARAMETER), max(float(beta), LEAST_PARAMETER))


def _share(logit: Array) -> Array:
    share: Array = 1 / (1 + numpy.exp(-numpy.clip(logit, -30, 30)))
    return share
