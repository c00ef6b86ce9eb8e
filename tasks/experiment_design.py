"""The arithmetic of a control group: how precisely an effect can be told, before anybody is contacted.

Clusters are the units, as if everybody of a cluster did the same: the widest honest interval.
"""

from math import ceil, sqrt
from statistics import NormalDist
from typing import Any

from campaigns.brief import Brief

LEVEL, POWER = 0.95, 0.80
Z_LEVEL = NormalDist().inv_cdf((1 + LEVEL) / 2)
Z_POWER = NormalDist().inv_cdf(POWER)


def half_width(share: float, treated: int, holdout: int) -> float:
    """Return half the width of the 95 % interval of a difference of shares, both arms at ``share``.

    Wald interval of two independent proportions: 1.96·√(p(1−p)(1/n₁+1/n₀)), n in clusters.
    """
    return Z_LEVEL * sqrt(share * (1 - share) * (1 / treated + 1 / holdout))


def minimum_detectable_effect(share: float, treated: int, holdout: int) -> float:
    """Return the difference of shares that is shown with power 0.80 at level 0.95, both arms at ``share``."""
    return half_width(share, treated, holdout) * (Z_LEVEL + Z_POWER) / Z_LEVEL


def power(baseline: float, target: float, treated: int, holdout: int) -> float:
    """Return the probability of showing a true rise from ``baseline`` to ``target`` (normal approximation)."""
    error = sqrt(target * (1 - target) / treated + baseline * (1 - baseline) / holdout)
    return NormalDist().cdf(abs(target - baseline) / error - Z_LEVEL) if error else float(target != baseline)


def clusters_needed(baseline: float, target: float, share: float) -> int:
    """Return how many clusters show the rise with power 0.80 when ``share`` of them is held out.

    n = (z₀.₉₇₅+z₀.₈₀)²·(p₁q₁/(1−f)+p₀q₀/f)/d² (Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions).
    """
    spread = target * (1 - target) / (1 - share) + baseline * (1 - baseline) / share
    return ceil((Z_LEVEL + Z_POWER) ** 2 * spread / (target - baseline) ** 2)


def describe(brief: Brief, clusters: dict[str, int], persons: dict[str, int]) -> dict[str, Any]:
    """Return the design that the run keeps, with a warning where it cannot show the objective.

    Half-width and effects are in the unit of the objective, a share 0–1; null where the objective is not a share.
    ``obstacle`` names the warning (no_control_group, areas, not_a_share, too_small), for pages in any language.
    """
    treated, holdout = clusters.get("treated", 0), clusters.get("holdout", 0)
    design: dict[str, Any] = {
        "share": brief.holdout.share,
        "clusters_treated": treated,
        "clusters_holdout": holdout,
        "persons_treated": persons.get("treated", 0),
        "persons_holdout": persons.get("holdout", 0),
        "designed_half_width": None,
        "minimum_detectable_effect": None,
        "power": None,
        "clusters_needed": None,
        "obstacle": None,
        "warning": None,
    }
    baseline, target = brief.objective.baseline, brief.objective.target
    if not treated or not holdout:
        warning = "there is no control group, so no effect can be shown"
        return design | {"obstacle": "no_control_group", "warning": warning}
    if brief.holdout.by == "area":
        warning = (
            "areas are drawn, and how much they differ anyway is not known, so the width cannot be told beforehand"
        )
        return design | {"obstacle": "areas", "warning": warning}
    if not (0 <= baseline <= 1 and 0 <= target <= 1 and baseline != target):
        warning = "the objective is not a share that changes, so the width cannot be told beforehand"
        return design | {"obstacle": "not_a_share", "warning": warning}
    design |= {
        "designed_half_width": half_width(target, treated, holdout),
        "minimum_detectable_effect": minimum_detectable_effect(target, treated, holdout),
        "power": power(baseline, target, treated, holdout),
    }
    if design["power"] < POWER:
        needed = clusters_needed(baseline, target, brief.holdout.share)
        design["clusters_needed"], design["obstacle"] = needed, "too_small"
        design["warning"] = (
            f"too small to show the objective: {needed} households (or others drawn as one) are needed, "
            f"there are {treated + holdout}"
        )
    return design
