"""Strata as an experiment drew them, which may be as small as pairs and have shares of their own; pure.

Sources: variance within strata, Imbens and Rubin (2015), 9; of strata with one cluster in an arm, from between them,
Pashley and Miratrix (2021), eq. 8, which for pairs of equal size is the paired t test; where only one or two are so
small, that of the arm's clusters in the other strata, the same, 4.2; sign flips, Fisher (1935), 21.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from tasks.estimate import Bounds, OwnVariance, Pair, Sums, Uneven, compare
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

    ``population`` holds the units that each stratum weighs by, those of both arms where it is not given. Raises
    ValueError where nothing tells how much outcomes vary: one or two strata, with a single cluster in an arm each.
    """
    both = sorted(set(treated) & set(control), key=lambda name: (treated[name].clusters, name))
    units = population or {name: treated[name].units + control[name].units for name in both}
    rows = [((treated[name], control[name]), float(units[name])) for name in both]
    pairs = tuple(pair for pair, _ in rows)
    if sum(map(_is_small, pairs)) == len(pairs) < FEWEST_SMALL:
        raise ValueError("an arm has fewer than two clusters with an outcome")
    total = sum(size for _, size in rows)
    weights = tuple(size / total for _, size in rows)
    return Strata(pairs, weights, len(set(treated) | set(control)) - len(both))


def difference(
    strata: Strata,
    *,
    share: bool = False,
    origin: float = 0.0,
    bounds: Bounds | None = None,
    uneven: Sequence[Uneven] = (),
) -> Difference:
    """Return the difference over all strata; every one weighs by its units. The rest as in ``compare``."""
    small = [place for place, pair in enumerate(strata.pairs) if _is_small(pair)]
    ask = partial(compare, strata.pairs, strata.weights, share=share, origin=origin, uneven=uneven)
    if not small:
        return ask(bounds=bounds)
    if len(small) < FEWEST_SMALL:
        return ask(own=_borrowed(strata), bounds=bounds)
    parts = [
        Part(weight**2 * arm.variance, arm.clusters - 1)
        for place, (pair, weight) in enumerate(zip(strata.pairs, strata.weights, strict=True))
        for arm in pair
        if place not in set(small)
    ]
    gaps = [strata.pairs[place][0].mean - strata.pairs[place][1].mean for place in small]
    weights = [strata.weights[place] for place in small]
    parts.append(_between(gaps, weights))
    found = ask(parts=parts)
    matched = len(small) == len(strata.pairs) and all(
        one.clusters == other.clusters == 1 for one, other in strata.pairs
    )
    if matched and len(small) <= MOST_PAIRS:
        return replace(found, p=sign_flip_p([gap * weight for gap, weight in zip(gaps, weights, strict=True)]))
    return found


def _is_small(pair: Pair) -> bool:
    return min(pair[0].clusters, pair[1].clusters) < 2


def _borrowed(strata: Strata) -> list[OwnVariance]:
    """Return the variance of both arms; a stratum's single cluster has that of the arm's clusters in the others."""
    return [_borrowed_of([pair[place] for pair in strata.pairs], strata.weights) for place in (0, 1)]


def _borrowed_of(arms: Sequence[Sums], weights: Sequence[float]) -> OwnVariance:
    rate, parts = _rate(arms), []
    for arm, weight in zip(arms, weights, strict=True):
        own = Part(arm.variance, arm.clusters - 1) if arm.clusters > 1 else None
        one = own or Part(rate.variance * arm.units_squared / arm.units**2, rate.freedom)
        parts.append(Part(weight**2 * one.variance, one.freedom))
    return OwnVariance(tuple(parts), sum(arm.clusters for arm in arms))


def _rate(arms: Sequence[Sums]) -> Part:
    """Return how much the clusters of an arm vary within strata, per square unit; some stratum has two of them."""
    known = [arm for arm in arms if arm.clusters > 1]
    freedom = sum(arm.clusters - 1 for arm in known)
    squares = sum(arm.variance * arm.units**2 * (arm.clusters - 1) / arm.clusters for arm in known)
    scale = sum(arm.units_squared * (arm.clusters - 1) / arm.clusters for arm in known)
    return Part(squares / scale, freedom)


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
