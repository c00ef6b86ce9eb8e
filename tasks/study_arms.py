"""What an experiment's arms are called, how large they are, and how large they were drawn."""

from collections.abc import Sequence
from typing import NamedTuple

from campaigns.errors import InputError
from tasks.study_file import Question

SHARES_SUM = 0.001
WORDS = {"yes": "true", "no": "false"}


class Arm(NamedTuple):
    """What was drawn to one arm; ``shared`` counts its clusters that other arms have too."""

    name: str
    rows: int
    units: int
    clusters: int
    units_squared: float
    shared: int


def control_of(question: Question, names: Sequence[str]) -> str | None:
    """Return the arm's label that the control is called, as text, as a number, or in another case; else None."""
    return None if question.control is None else _named(question.control, names)


def _named(given: str, names: Sequence[str]) -> str | None:
    """Return the label that is meant; a program that reads yes and no may have written true and false."""

    def same_number(name: str) -> bool:
        try:
            return float(name) == float(given)
        except ValueError:
            return False

    def plain(name: str) -> str:
        return WORDS.get(name.strip().casefold(), name.strip().casefold())

    alike = [name for name in names if plain(name) == plain(given)]
    for found in ([name for name in names if name == given], [name for name in names if same_number(name)], alike):
        if len(found) == 1:
            return found[0]
    return None


def drawn_shares(question: Question, names: Sequence[str]) -> dict[str, float]:
    """Return the drawn shares by the labels of the file; raises InputError where they do not name exactly its arms."""
    where = f"{question.file}: --shares"
    shares = {(_named(name, names) or name): share for name, share in question.shares.items()}
    if not shares:
        return {}
    missing, unknown = sorted(set(names) - set(shares)), sorted(set(shares) - set(names))
    if missing or unknown or len(shares) < len(question.shares):
        told = [f"no share for {name!r}" for name in missing] + [f"no arm {name!r} in the file" for name in unknown]
        raise InputError("; ".join(told) or "an arm has two shares", where=where, remedy="give every arm its share.")
    total = sum(shares.values())
    if min(shares.values()) <= 0 or abs(total - 1) > SHARES_SUM:
        remedy = "write the share of each arm as it was drawn, such as control=1/3,letter=2/3."
        raise InputError(f"the shares sum to {total:g}, not to 1, or one is not above 0", where=where, remedy=remedy)
    return {name: share / total for name, share in shares.items()}


def design_effect(arms: Sequence[Arm]) -> float:
    """Return Σm²/Σm where clusters were drawn whole; 1 where most of them have members in several arms."""
    if 2 * sum(arm.shared for arm in arms) > sum(arm.clusters for arm in arms):
        return 1.0
    return sum(arm.units_squared for arm in arms) / sum(arm.units for arm in arms)
