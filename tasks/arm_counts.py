"""How many an arm holds and how many of them have a result, as persons, households and units of analysis."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.verdicts import tells_few

SUMS = {"clusters": 12, "households": 10, "persons": 9, "observed_households": 11, "observed_persons": 8}
"""Where the rows of ``evaluation/sums`` hold what is summed per arm."""
UNITS = {"person": "persons", "household": "households"}
"""Which of them counts the units that an objective is measured by; areas are clusters."""


def counted(arm: str, unit: str, rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """Sum one arm over its segments; units of analysis without a result are missing, not zero.

    ``unit`` is person, household or area. A household's result holds for each of its persons.
    """
    sums = {name: sum(row[place] for row in rows) for name, place in SUMS.items()}
    drawn, observed = sums[UNITS.get(unit, "clusters")], round(sum(row[3] for row in rows))
    return {
        "arm": arm,
        **sums,
        "units": drawn,
        "observed_units": observed,
        "missing_share": (drawn - observed) / drawn if drawn else None,
        "few": tells_few(rows),
        "level": sum(row[4] for row in rows) / observed if observed else None,
    }


def observed_units(arm: Mapping[str, Any], unit: str) -> int:
    """Return how many units of analysis of an arm have a result; answers kept from before did not tell it by name."""
    return int(arm.get("observed_units", arm["observed_persons" if unit == "person" else "observed_households"]))
