"""What each unit of the employees achieved: the outcome per unit, never per person (P8b)."""

from dataclasses import dataclass
from typing import Any

import duckdb

from tasks import runs, store
from tasks.disclosure import hidden_cells


@dataclass(frozen=True)
class UnitOutcome:
    """One unit's newest value; ``value`` is None where the unit is a handful of people, or guards such a unit."""

    unit: str
    value: float | None


def unit_outcomes(connection: duckdb.DuckDBPyConnection, run: runs.Run, found: dict[str, Any]) -> list[UnitOutcome]:
    """Return the observed units of a campaign to employees as they may be shown; nothing for other campaigns."""
    if not run.brief.is_internal:
        return []
    values = {"run": run.run, "outcome": found["outcome"], "observed_on": found["observed_on"]}
    rows = connection.execute(store.statement("reports/units"), values).fetchall()
    hidden = hidden_cells([[persons] for _, _, persons in rows], least=0)
    return [UnitOutcome(unit, None if row in hidden else value) for row, (unit, value, _) in enumerate(rows)]
