"""When a run is over: every look is done, and what the campaign promised to tell back has been told (P4c)."""

import duckdb

from tasks import runs, store
from tasks.workplace import Workplace

OPEN = "evaluating"


def close_where_done(workplace: Workplace, run: str) -> bool:
    """Close a run that is being evaluated where nothing is left to do; returns whether it is closed now."""
    with store.writing(workplace) as connection:
        return close_within(connection, workplace, run)


def close_within(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str) -> bool:
    """Do the same inside a transaction that is already open."""
    state = runs.load_within(connection, run).state
    if state == OPEN and not still_to_do(connection, run):
        runs.move_within(connection, workplace, run, "closed")
        return True
    return state == "closed"


def still_to_do(connection: duckdb.DuckDBPyConnection, run: str) -> list[str]:
    """Return what keeps a run from being closed: ``looks``, ``feedback``."""
    row = connection.execute(
        "SELECT EXISTS (FROM look WHERE run = $run AND state <> 'done') "
        "OR EXISTS (FROM run WHERE run = $run AND state NOT IN ('evaluating', 'closed', 'stopped') "
        "AND NOT EXISTS (FROM look WHERE run = $run)), NOT EXISTS (FROM feedback WHERE run = $run)",
        {"run": run},
    ).fetchone()
    return [name for name, left in zip(("looks", "feedback"), row or (), strict=False) if left]
