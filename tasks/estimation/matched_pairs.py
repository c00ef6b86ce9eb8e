"""Areas in matched pairs: one of each pair gets the campaign, signs are flipped to see what chance does; pure.

For channels that have no addresses. Source: Fisher (1935), 21. Five pairs can never show p < 0.05; twenty areas can.
"""

from collections.abc import Mapping, Sequence

import numpy

MOST_PAIRS = 60
ALL_FLIPS = 16
FLIPS = 100_000
FEWEST_AREAS = 20
TOLERANCE = 1e-12


def pair_areas(baselines: Mapping[str, float]) -> list[tuple[str, str]]:
    """Return the areas in pairs of neighbours by what was observed before; an odd one out, the largest, is left.

    Raises ValueError below twenty areas: fewer pairs cannot carry a claim.
    """
    if len(baselines) < FEWEST_AREAS:
        raise ValueError(f"{len(baselines)} areas are too few: at least {FEWEST_AREAS} are randomised in pairs")
    order = sorted(baselines, key=lambda area: (baselines[area], area))
    return [(order[place], order[place + 1]) for place in range(0, len(order) - 1, 2)]


def sign_flip_p(differences: Sequence[float]) -> float:
    """Return the two-sided p value that treated minus control is zero in every pair.

    All sign patterns up to sixteen pairs, beyond that 100,000 with a fixed seed, the observed one counted among them.
    """
    gaps = numpy.asarray(differences, dtype=float)
    pairs = len(gaps)
    if pairs <= ALL_FLIPS:
        codes = numpy.arange(2**pairs)
        signs = 1.0 - 2.0 * ((codes[:, None] >> numpy.arange(pairs)) & 1)
        extra = 0
    else:
        signs = numpy.random.default_rng(pairs).choice((-1.0, 1.0), size=(FLIPS, pairs))
        extra = 1
    reached = numpy.abs(signs @ gaps) >= abs(gaps.sum()) * (1 - TOLERANCE)
    return float((reached.sum() + extra) / (len(signs) + extra))
