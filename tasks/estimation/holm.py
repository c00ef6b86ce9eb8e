"""Many claims, one error rate; pure. Source: Holm (1979), a step-down that holds whatever the claims depend on."""

from collections.abc import Sequence


def holm(values: Sequence[float]) -> list[float]:
    """Return the p values adjusted for being that many, in the order given."""
    adjusted, largest = [0.0] * len(values), 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=lambda place: values[place])):
        largest = max(largest, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = largest
    return adjusted
