"""What is believed of each channel in each segment, and what a campaign's effects say about it; pure but for one query.

A *belief* is a Beta distribution of the share of persons who act because of one contact. *Evidence* is what campaigns
have shown, as contacts and successes that weigh as much; :mod:`tasks.pooling` turns evidence into beliefs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from campaigns.channels import load_channels
from tasks import store

EVERY_SEGMENT = "all"
LEAST_SHARE, MOST_SHARE = 0.01, 0.99

Cell = tuple[str, str]


@dataclass(frozen=True)
class Belief:
    """Beta(alpha, beta) about the share who act because of one contact; alpha + beta counts contacts seen."""

    alpha: float
    beta: float

    @property
    def mean(self) -> float:
        """The expected share."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def variance(self) -> float:
        """How uncertain the share is."""
        return self.mean * (1 - self.mean) / (self.alpha + self.beta + 1)


@dataclass(frozen=True)
class Evidence:
    """Contacts and successes that weigh as much as what was observed; fractions, and successes may be negative.

    Where those treated did less than those held out there are fewer than no successes: cut off at zero, the chance
    errors of a channel without effect would add up to an effect.
    """

    trials: float
    successes: float

    def __add__(self, other: "Evidence") -> "Evidence":
        return Evidence(self.trials + other.trials, self.successes + other.successes)

    def __mul__(self, weight: float) -> "Evidence":
        return Evidence(self.trials * weight, self.successes * weight)


@dataclass(frozen=True)
class Contrast:
    """Treated minus holdout in one segment, for those treated who were given the same channels.

    ``estimate`` and ``standard_error`` are shares of persons; ``exposure`` is the contacts per person, by channel.
    """

    segment: str
    estimate: float
    standard_error: float
    exposure: Mapping[str, float]


@dataclass(frozen=True)
class Observation:
    """The evidence of one campaign about one channel in one segment."""

    run: str
    observed_on: date
    channel: str
    segment: str
    evidence: Evidence


@dataclass(frozen=True)
class Beliefs:
    """The beliefs that stand, by channel and segment; segment ``all`` holds what is believed of a new segment."""

    by_cell: Mapping[Cell, Belief]

    def belief(self, channel: str, segment: str) -> Belief | None:
        """Return the belief of the cell, else that of the channel, else its documented prior; None where none is."""
        of_channel = self.by_cell.get((channel, EVERY_SEGMENT)) or priors().get(channel)
        return self.by_cell.get((channel, segment)) or of_channel

    def share(self, channel: str, segment: str) -> float:
        """Return the expected share who act because of one contact; 0 where nothing is known of the channel."""
        belief = self.belief(channel, segment)
        return belief.mean if belief else 0.0


def standing(connection: duckdb.DuckDBPyConnection) -> Beliefs:
    """Return the newest belief of every channel and segment in ``response_belief``."""
    rows = connection.execute(store.statement("channels/beliefs")).fetchall()
    return Beliefs({(channel, segment): Belief(alpha, beta) for channel, segment, alpha, beta in rows})


def priors() -> dict[str, Belief]:
    """Return the documented priors of ``campaigns/channels.yaml``, by channel."""
    return {
        channel.name: Belief(channel.prior.alpha, channel.prior.beta)
        for channel in load_channels().values()
        if channel.prior is not None
    }


def weigh(contrast: Contrast, before: Beliefs) -> dict[str, Evidence]:
    """Return what one contrast says about each of its channels.

    With one channel of exposure w the effect per contact is e/w, with variance (s/w)² (Bloom, 1984). With several, what
    the others are believed to have done is taken off first, and their uncertainty is added: the message of a linear
    Gaussian factor (Kschischang, Frey and Loeliger, 2001). Variance V weighs as m(1 − m)/V contacts, m being the share
    believed before and never the noisy estimate: an effect at or below zero weighs as much as any other.
    """
    known = {channel: before.belief(channel, contrast.segment) for channel in contrast.exposure}
    told = {}
    for channel, exposure in contrast.exposure.items():
        if exposure <= 0 or contrast.standard_error <= 0:
            continue
        others = [(contrast.exposure[name], belief) for name, belief in known.items() if belief and name != channel]
        effect = contrast.estimate - sum(weight * belief.mean for weight, belief in others)
        variance = contrast.standard_error**2 + sum(weight**2 * belief.variance for weight, belief in others)
        share = min(max(before.share(channel, contrast.segment), LEAST_SHARE), MOST_SHARE)
        trials = share * (1 - share) / (variance / exposure**2)
        told[channel] = Evidence(trials, trials * effect / exposure)
    return told


def observations(run: str, observed_on: date, contrasts: Iterable[Contrast], before: Beliefs) -> list[Observation]:
    """Return the evidence of one campaign, summed by channel and segment, in the order of their names."""
    summed: dict[Cell, Evidence] = {}
    for contrast in sorted(contrasts, key=lambda one: (one.segment, sorted(one.exposure.items()), one.estimate)):
        for channel, evidence in weigh(contrast, before).items():
            cell = (channel, contrast.segment)
            summed[cell] = summed.get(cell, Evidence(0, 0)) + evidence
    return [Observation(run, observed_on, *cell, summed[cell]) for cell in sorted(summed)]


def remembered(seen: Sequence[Observation], forgetting: float) -> dict[Cell, Evidence]:
    """Sum evidence by channel and segment; each campaign evaluated since keeps the share ``forgetting`` of it.

    1 keeps everything. A campaign's age is the number of campaigns observed after it, so evaluating one again changes
    no other's.
    """
    campaigns = sorted({(one.observed_on, one.run) for one in seen}, reverse=True)
    age = {run: number for number, (_, run) in enumerate(campaigns)}
    summed: dict[Cell, Evidence] = {}
    for one in sorted(seen, key=lambda one: (one.channel, one.segment, one.observed_on, one.run)):
        cell = (one.channel, one.segment)
        summed[cell] = summed.get(cell, Evidence(0, 0)) + one.evidence * forgetting ** age[one.run]
    return summed
