"""Those drawn to get the message later: how many, and when, as may be told beside the other figures of a run."""

from collections.abc import Collection
from typing import Any

import duckdb

from campaigns.sendings import sendings
from tasks import runs, store
from tasks.disclosure import SMALLEST_CELL
from tasks.hidden_figures import Name, hidden_figures

FIGURE, NAME = "persons", "later"


def told_later(connection: duckdb.DuckDBPyConnection, run: runs.Run) -> list[dict[str, Any]]:
    """Return wave, start and persons of every sending to the control group; persons are None where they are hidden.

    They are a part of those whom the message is meant for, so few of either, or of the rest, are hidden.
    """
    hidden = hidden_figures(connection, run.run)
    known = _counts(connection, run.run)
    return [
        {"wave": each.wave, "start": each.start, "persons": _shown(known[each.wave], (each.wave, FIGURE, NAME), hidden)}
        for each in sendings(run.brief)
        if each.is_later and each.wave in known
    ]


def names(connection: duckdb.DuckDBPyConnection, run: str) -> list[Name]:
    """Return the name of each count that is told unless others beside it would tell a small group by it."""
    found = [((wave, FIGURE, NAME), counts) for wave, counts in _counts(connection, run).items()]
    return [name for name, counts in found if _shown(counts, name, ()) is not None]


def _counts(connection: duckdb.DuckDBPyConnection, run: str) -> dict[str, tuple[int, int]]:
    """Return by wave how many get it later, and how many of those whom it is meant for do not."""
    rows = connection.execute(store.statement("audience/told_later"), {"run": run}).fetchall()
    return {wave: (later, others) for wave, later, others in rows}


def _shown(counts: tuple[int, int], name: Name, hidden: Collection[Name]) -> int | None:
    later, others = counts
    return later if later >= SMALLEST_CELL and (others >= SMALLEST_CELL or not others) and name not in hidden else None
