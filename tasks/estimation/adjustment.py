"""Less noise by what was known before: regression adjustment within each arm; pure.

Source: Lin (2013), *Agnostic notes on regression adjustments*, which is CUPED (Deng et al., 2013) with a slope per arm:
it is consistent whatever the true relation, because the arms were drawn. The adjusted rows go through the same sums as
any outcome, so the variance is that of the arm's own regression, clustered, with statsmodels' small-sample correction.
What does not vary within clusters has only as many observations as there are clusters, which that correction misses: it
is corrected by them as well (Cameron and Miller, 2015, VI).
"""

import math
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

Array = NDArray[numpy.float64]
Codes = NDArray[numpy.int64]


@dataclass(frozen=True)
class Population:
    """Everybody who is compared: units per stratum as shares that sum to 1, and mean covariates by stratum."""

    shares: Array
    means: Array

    @classmethod
    def of(cls, covariates: Array, weights: Array, strata: Codes, count: int) -> "Population":
        """Describe the rows of all arms, whose strata are numbered below ``count``."""
        units = numpy.bincount(strata, weights, count)
        return cls(units / units.sum(), cell_means(covariates, weights, strata, count))


def adjust(
    outcome: Array, covariates: Array, weights: Array, strata: Codes, population: Population, freedom: float = 1.0
) -> Array:
    """Return one arm's outcomes as if its covariates had been the population's.

    Their weighted mean over the strata is the adjusted level of the arm. Their deviations are the residuals by their
    influence on that level, so that the clustered variance of the mean is the sandwich of the regression on strata and
    covariates, times (N − 1)/(N − K), and through ``freedom``, the share of the clusters' freedom that is left.
    Rows × covariates in, rows out, all of one arm.
    """
    count = len(population.shares)
    units = numpy.bincount(strata, weights, count)
    present = units > 0
    within = covariates - cell_means(covariates, weights, strata, count)[strata]
    moments = within.T @ (within * weights[:, None])
    inverse = numpy.linalg.pinv(moments, rcond=1e-10, hermitian=True)
    centred = outcome - cell_means(outcome[:, None], weights, strata, count)[strata, 0]
    slopes = inverse @ (within.T @ (weights * centred))
    residual = centred - within @ slopes
    means = cell_means(covariates, weights, strata, count)
    levels = cell_means(outcome[:, None], weights, strata, count)[:, 0] + (population.means - means) @ slopes
    gap = population.shares[present] @ (population.means - means)[present]
    share = numpy.where(present, population.shares, 1.0)
    leverage = 1 + (units / share)[strata] * (within @ (inverse @ gap))
    rank = int(present.sum()) + int(numpy.linalg.matrix_rank(moments, hermitian=True))
    rows = len(outcome)
    correction = math.sqrt((rows - int(present.sum())) / max(rows - rank, 1) / freedom)
    adjusted: Array = levels[strata] + correction * leverage * residual
    return adjusted


def freedom_left(covariates: Array, clusters: Codes, strata: Codes) -> float:
    """Return which share of an arm's freedom its covariates leave: those that do not vary within clusters take some.

    1 where every row is a cluster, whose freedom is that of rows.
    """
    ends = numpy.unique(clusters, return_inverse=True)[1]
    count = int(ends.max()) + 1 if len(ends) else 0
    if count == len(clusters) or not covariates.shape[1]:
        return 1.0
    apart = numpy.abs(covariates - cell_means(covariates, numpy.ones(len(ends)), ends, count)[ends]).max(axis=0)
    whole = covariates[:, apart <= 1e-9 * (numpy.abs(covariates).max(axis=0) + 1e-300)]
    within = whole - cell_means(whole, numpy.ones(len(ends)), strata, int(strata.max()) + 1)[strata]
    free = count - len(numpy.unique(strata))
    return max(free - int(numpy.linalg.matrix_rank(within.T @ within, hermitian=True)), 1) / max(free, 1)


def cell_means(values: Array, weights: Array, cells: Codes, count: int) -> Array:
    """Return the weighted mean of every column in every cell, cells × columns; 0 in a cell without rows."""
    units = numpy.maximum(numpy.bincount(cells, weights, count), 1e-300)
    if not values.shape[1]:
        return numpy.zeros((count, 0))
    return numpy.column_stack([numpy.bincount(cells, weights * column, count) / units for column in values.T])
