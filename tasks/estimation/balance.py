"""Were the arms drawn? A joint test that what was known before says nothing of the arm; pure.

Source: omnibus test of Hansen and Bowers (2008); here a score test with a cluster-robust covariance (White, 1980), so
that households and weights are allowed for, within strata. What the arms do to the outcome does not enter.
"""

import numpy
from numpy.typing import NDArray

from tasks.estimation.adjustment import cell_means

Array = NDArray[numpy.float64]
Codes = NDArray[numpy.int64]
TOLERANCE = 1e-10


def balance_p(covariates: Array, arms: Codes, clusters: Codes, strata: Codes, weights: Array) -> float | None:
    """Return the p value of covariates (rows × columns) so unlike between arms; None where nothing varies.

    Scores per cluster: Σ w (1{arm} − share of the arm) (x − mean of x), both within the stratum.
    """
    from scipy.special import chdtrc

    levels = numpy.unique(arms)
    indicators = numpy.column_stack([arms == level for level in levels[1:]]).astype(float)
    count = int(strata.max()) + 1
    lean = indicators - cell_means(indicators, weights, strata, count)[strata]
    within = covariates - cell_means(covariates, weights, strata, count)[strata]
    within = within[:, numpy.sqrt((within**2).mean(axis=0)) > TOLERANCE * (1 + numpy.abs(covariates).max(axis=0))]
    if not within.shape[1]:
        return None
    within = within / within.std(axis=0)
    first = _stratum_of(clusters, strata)
    size = numpy.bincount(first, minlength=count)
    scores = numpy.column_stack([numpy.bincount(clusters, weights * column * x) for column in lean.T for x in within.T])
    # Of a small stratum the last cluster's arm follows from the others': its scores tell less than they seem to.
    scale = numpy.sqrt(size / numpy.maximum(size - 1, 1))[first]
    total, spread = scores.sum(axis=0), (scores * scale[:, None]).T @ (scores * scale[:, None])
    values, vectors = numpy.linalg.eigh(spread)
    known = values > TOLERANCE * max(float(values.max()), 1e-300)
    if not known.any():
        return None
    statistic = float(((vectors[:, known].T @ total) ** 2 / values[known]).sum())
    return float(chdtrc(int(known.sum()), statistic))


def _stratum_of(clusters: Codes, strata: Codes) -> Codes:
    stratum: Codes = numpy.zeros(int(clusters.max()) + 1, dtype=numpy.int64)
    stratum[clusters] = strata
    return stratum
