"""Less noise by what was known before: regression adjustment within each arm; pure.

Source: Lin (2013), *Agnostic notes on regression adjustments*, which is CUPED (Deng et al., 2013) with a slope per arm:
it is consistent whatever the true relation, because the arms were drawn. The adjusted rows go through the same sums as
any outcome, so the variance is that of the arm's own regression, clustered, with statsmodels' small-sample correction.
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


def adjust(outcome: Array, covariates: Array, weights: Array, strata: Codes, population: Population) -> Array:
    """Return one arm's outcomes as if its covariates had been the population's.

    Their weighted mean over the strata is the adjusted level of the arm. Their deviations are the residuals by their
    influence on that level, so that the clustered variance of the mean is the sandwich of the regression on strata and
    covariates, times (N − 1)/(N − K). Rows × covariates in, rows out, all of one arm.
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
    correction = math.sqrt((rows - int(present.sum())) / max(rows - rank, 1))
    adjusted: Array = levels[strata] + correction * leverage * residual
    return adjusted


def cell_means(values: Array, weights: Array, cells: Codes, count: int) -> Array:
    """Return the weighted mean of every column in every cell, cells × columns; 0 in a cell without rows."""
    units = numpy.maximum(numpy.bincount(cells, weights, count), 1e-300)
    if not values.shape[1]:
        return numpy.zeros((count, 0))
    return numpy.column_stack([numpy.bincount(cells, weights * column, count) / units for column in values.T])
