"""Looks: when a run is evaluated, as planned in its brief before anything was sent."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import duckdb

from campaigns.errors import InputError
from campaigns.sendings import first_later_start
from tasks import runs, store
from tasks.workplace import Workplace


@dataclass(frozen=True)
class Window:
    """Which days of observation belong to a look: after ``since`` or on it, up to ``due_on`` where there are any.

    After ``last_on`` none does: the control group got the message that day, so later ones tell something else. A look
    of another day, by which ``all_are_told``, compares nobody.
    """

    look: int
    since: date
    due_on: date
    last_on: date = date.max
    all_are_told: bool = False


def plan_looks(workplace: Workplace, run: str) -> None:
    """Write one row per look of the brief; looks that are done stay done, and repeating it changes nothing."""
    with store.writing(workplace) as connection:
        plan_within(connection, workplace, runs.load_within(connection, run))


def plan_within(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run) -> None:
    """Do the same inside a transaction that is already open."""
    times = run.brief.look_times()
    connection.execute("DELETE FROM look WHERE run = ? AND look > ? AND state <> 'done'", [run.run, len(times)])
    for number, due_at in enumerate(times, start=1):
        values = {"run": run.run, "look": number, "due_at": due_at}
        connection.execute(
            "UPDATE look SET due_at = $due_at WHERE run = $run AND look = $look AND state <> 'done'", values
        )
        connection.execute(
            "INSERT INTO look BY NAME SELECT $run AS run, $look AS look, $due_at AS due_at, 'due' AS state "
            "WHERE NOT EXISTS (FROM look WHERE run = $run AND look = $look)",
            values,
        )
    store.keep_evidence(connection, workplace, run.run, ["look"])


def coming_looks(workplace: Workplace, run: str) -> list[tuple[int, datetime]]:
    """Return the looks of a run that are not done, with their times, in order."""
    with store.writing(workplace) as connection:
        rows = connection.execute(
            "SELECT look, due_at FROM look WHERE run = ? AND state <> 'done' ORDER BY look", [run]
        ).fetchall()
    return [(look, due_at) for look, due_at in rows]


def any_is_evaluated(workplace: Workplace, run: str) -> bool:
    """Tell whether the run has an answer already, an early one too."""
    with store.writing(workplace) as connection:
        query = "SELECT 1 FROM look WHERE run = ? AND evaluated_at IS NOT NULL LIMIT 1"
        return connection.execute(query, [run]).fetchone() is not None


def due_looks(workplace: Workplace, now: datetime) -> list[tuple[str, int]]:
    """Return (run, look) of every look whose time has come and that is not done, the oldest first."""
    with store.writing(workplace) as connection:
        rows = connection.execute(
            "SELECT run, look FROM look WHERE state <> 'done' AND due_at <= ? ORDER BY due_at, run, look", [now]
        ).fetchall()
    return [(run, look) for run, look in rows]


def comparing_times(run: runs.Run) -> tuple[datetime, ...]:
    """Return the times, in order, of the looks that compare the arms: those of days by which not all are told."""
    times = enumerate(run.brief.look_times(), start=1)
    return tuple(time for look, time in times if not window(run, look).all_are_told)


def window(run: runs.Run, look: int) -> Window:
    """Return the days of observation that belong to a look; raises InputError where the brief has no such look."""
    times = run.brief.look_times()
    if not 1 <= look <= len(times):
        raise InputError(
            f"run {run.run} has no look {look}", remedy=f"the brief plans the looks 1 to {len(times)}; name one."
        )
    zone = ZoneInfo(run.brief.schedule.time_zone)
    days = [run.brief.schedule.start.astimezone(zone).date(), *(time.astimezone(zone).date() for time in times)]
    # An observation that an earlier look has used says nothing new; two looks on one day may share it.
    since = days[0] if look == 1 or days[look - 1] == days[look] else date.fromordinal(days[look - 1].toordinal() + 1)
    told = first_later_start(run.brief)
    told_on = told.astimezone(zone).date() if told else date.max
    if days[look] > told_on:
        return Window(look, since, days[look], all_are_told=True)
    return Window(look, since, days[look], told_on)
