"""Strata as an experiment drew them, which may be as small as pairs and have shares of their own; pure.

Sources: variance within strata, Imbens and Rubin (2015), 9; of strata with one cluster in an arm, from between them,
Pashley and Miratrix (2021), eq. 8, which for pairs of equal size is the paired t test; sign flips, Fisher (1935), 21.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from tasks.estimate import Pair, Sums, compare, join
from tasks.estimation.intervals import Difference, Part
from tasks.estimation.matched_pairs import MOST_PAIRS, sign_flip_p

FEWEST_SMALL = 3


@dataclass(frozen=True)
class Strata:
    """Strata where both arms were observed, with their share of the units; ``left_out`` counts the others."""

    pairs: tuple[Pair, ...]
    weights: tuple[float, ...]
    left_out: int


def comparable(
    treated: Mapping[str, Sums], control: Mapping[str, Sums], population: Mapping[str, float] | None = None
) -> Strata:
    """Pair the arms by stratum; strata that only one arm has compare nothing and are left out.

    ``population`` holds the units that each stratum weighs by, those of both arms where it is not given. One or two
    strata that are too small for a variance are joined with the smallest other. Raises ValueError where an arm has
    fewer than two clusters.
    """
    both = sorted(set(treated) & set(control), key=lambda name: (treated[name].clusters, name))
    units = population or {name: treated[name].units + control[name].units for name in both}
    rows = [((treated[name], control[name]), float(units[name])) for name in both]
    small = [row for row in rows if _is_small(row[0])]
    if 0 < len(small) < FEWEST_SMALL:
        large = [row for row in rows if not _is_small(row[0])]
        merged = reduce(lambda one, other: (join(one[0], other[0]), one[1] + other[1]), [*small, *large[:1]])
        rows = [merged, *large[1:]]
    pairs = tuple(pair for pair, _ in rows)
    if not pairs or sum(map(_is_small, pairs)) not in (0, *range(FEWEST_SMALL, len(pairs) + 1)):
        raise ValueError("an arm has fewer than two clusters with an outcome")
    total = sum(size for _, size in rows)
    weights = tuple(size / total for _, size in rows)
    return Strata(pairs, weights, len(set(treated) | set(control)) - len(both))


def difference(strata: Strata, *, share: bool = False, origin: float = 0.0) -> Difference:
    """Return the difference over all strata; every one weighs by its units."""
    small = [place for place, pair in enumerate(strata.pairs) if _is_small(pair)]
    if not small:
        return compare(strata.pairs, strata.weights, share=share, origin=origin)
    parts = [
        Part(weight**2 * arm.variance, arm.clusters - 1)
        for place, (pair, weight) in enumerate(zip(strata.pairs, strata.weights, strict=True))
        for arm in pair
        if place not in set(small)
    ]
    gaps = [strata.pairs[place][0].mean - strata.pairs[place][1].mean for place in small]
    weights = [strata.weights[place] for place in small]
    parts.append(_between(gaps, weights))
    found = compare(strata.pairs, strata.weights, share=share, parts=parts, origin=origin)
    matched = len(small) == len(strata.pairs) and all(
        one.clusters == other.clusters == 1 for one, other in strata.pairs
    )
    if matched and len(small) <= MOST_PAIRS:
        return replace(found, p=sign_flip_p([gap * weight for gap, weight in zip(gaps, weights, strict=True)]))
    return found


def _is_small(pair: Pair) -> bool:
    return min(pair[0].clusters, pair[1].clusters) < 2


def _between(gaps: Sequence[float], weights: Sequence[float]) -> Part:
    """Return the variance of Σ w·gap from how the gaps differ between strata; at least three."""
    whole = sum(weights)
    sizes = [weight / whole for weight in weights]
    mean = sum(size * gap for size, gap in zip(sizes, gaps, strict=True))
    freedom = len(gaps) - 1
    if max(sizes) >= 0.5:
        squares = sum(size**2 * (gap - mean) ** 2 for size, gap in zip(sizes, gaps, strict=True))
        return Part(whole**2 * squares * len(gaps) / freedom, freedom)
    scale = 1 + sum(size**2 / (1 - 2 * size) for size in sizes)
    squares = sum(size**2 / ((1 - 2 * size) * scale) * (gap - mean) ** 2 for size, gap in zip(sizes, gaps, strict=True))
    return Part(whole**2 * squares, freedom)
