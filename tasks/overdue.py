"""What a campaign owes and is late with: outcomes for an evaluation, or the feedback that it promised."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from tasks import store
from tasks.local_time import CITY
from tasks.workplace import Workplace


@dataclass(frozen=True)
class Overdue:
    """One thing that a run is late with: ``outcomes`` of a look, or ``feedback``; ``since`` is the day it was due."""

    run: str
    title: str
    what: str
    look: int | None
    since: Any
    days: int

    def as_dict(self) -> dict[str, Any]:
        """Return it as one JSON-ready object."""
        return {"what": self.what, "look": self.look, "since": self.since.isoformat(), "days": self.days}


def overdue(workplace: Workplace, now: datetime, run: str = "") -> list[Overdue]:
    """Return everything that is overdue at an instant, of one run or of all, the oldest first."""
    with store.writing(workplace) as connection:
        return overdue_within(connection, now, run)


def overdue_within(connection: duckdb.DuckDBPyConnection, now: datetime, run: str = "") -> list[Overdue]:
    """Do the same over an open connection, the database's or the snapshot's."""
    today = now.astimezone(CITY).date()
    rows = connection.execute(store.statement("follow_up/overdue"), {"now": now, "today": today, "run": run}).fetchall()
    return [Overdue(*row) for row in rows]
