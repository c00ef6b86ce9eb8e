"""Answers of a survey weighted until they look like everybody who was drawn; pure.

Source: iterative proportional fitting, Deming and Stephan (1940), as raking in Deville, Särndal and Sautory (1993); the
variance then comes from the residuals of a regression on the same margins (theirs, section 3), which is what
:mod:`tasks.estimation.adjustment` gives when the margins are its covariates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

Array = NDArray[numpy.float64]
Codes = NDArray[numpy.int64]
ROUNDS = 200
TOLERANCE = 1e-10
MOST = 5.0
"""No answer counts as more than five: a few who stand for many would decide alone."""


@dataclass(frozen=True)
class Margin:
    """One way to divide people: the group of every answer, and the share of every group among all who were drawn."""

    groups: Codes
    shares: Array


def rake(margins: Sequence[Margin], weights: Array) -> Array:
    """Return weights, in sum as many as before, under which the answers have the shares of every margin.

    Groups without any answer are left out of their margin, so the other groups stand for them. Trimmed weights reach
    the margins as nearly as they can.
    """
    raked, whole = weights.astype(float), float(weights.sum())
    for _ in range(ROUNDS):
        before = raked
        for margin in margins:
            raked = raked * _factors(margin, raked)[margin.groups]
            raked = raked * whole / raked.sum()
        raked = numpy.minimum(raked, MOST * weights)
        if float(numpy.abs(raked - before).max()) < TOLERANCE:
            break
    trimmed: Array = raked * whole / raked.sum()
    return trimmed


def _factors(margin: Margin, weights: Array) -> Array:
    held = numpy.bincount(margin.groups, weights, len(margin.shares))
    answered = held > 0
    wanted = margin.shares * answered / (margin.shares * answered).sum()
    factors: Array = numpy.where(answered, wanted * weights.sum() / numpy.where(answered, held, 1.0), 1.0)
    return factors
