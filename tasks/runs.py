"""A run is one campaign in one edition; its state only moves along the drawn arrows."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from campaigns.brief import Brief
from campaigns.errors import IllegalMove, UnknownRun
from tasks import store
from tasks.workplace import Workplace

MOVES = {
    "preparing": {"prepared", "stopped"},
    "prepared": {"preparing", "approved", "stopped"},
    "approved": {"preparing", "scheduled", "publishing", "stopped"},
    "scheduled": {"preparing", "publishing", "stopped"},
    "publishing": {"paused", "published", "stopped"},
    "paused": {"publishing", "stopped"},
    "published": {"evaluating", "closed"},
    "evaluating": {"closed"},
    "closed": {"evaluating"},
    "stopped": {"evaluating"},
}
SENT = frozenset({"published", "evaluating", "closed"})
NOT_APPROVED = frozenset({"preparing", "prepared"})
CONTENT_IS_FIXED = frozenset(MOVES) - {"preparing", "prepared", "approved", "scheduled"}


@dataclass(frozen=True)
class Run:
    """One row of the table ``run``, with its brief."""

    run: str
    campaign: str
    folder: Path
    state: str
    brief: Brief
    digest: str | None
    design: dict[str, Any]


def identity(campaign: str, edition: str) -> str:
    """Return the id of a run: launching the same campaign and edition twice gives the same run."""
    return f"{campaign}-{edition}"


def begin(workplace: Workplace, brief: Brief, folder: Path) -> str:
    """Create the run or, while its content may still change, put today's brief in its place; returns its id."""
    run = identity(folder.name, brief.edition)
    text = brief.model_dump_json(by_alias=True)
    with store.writing(workplace) as connection:
        require_same_campaign(connection, run, folder)
        known = connection.execute("SELECT state FROM run WHERE run = ?", [run]).fetchone()
        if known and known[0] in CONTENT_IS_FIXED:
            raise IllegalMove(
                f"run {run} is {known[0]}: its content can no longer change",
                remedy="to send new content, give the brief a new `edition`.",
            )
        store.replace_rows(connection, run, ["run"])
        connection.execute(
            "INSERT INTO run BY NAME SELECT ? AS run, ? AS campaign, ? AS edition, ? AS title, ? AS folder, "
            "'preparing' AS state, ?::JSON AS brief, now() AS prepared_at, now() AS changed_at",
            [run, folder.name, brief.edition, brief.title, str(folder.absolute()), text],
        )
    return run


def require_same_campaign(connection: duckdb.DuckDBPyConnection, run: str, folder: Path) -> None:
    """Refuse a run whose id another campaign folder has taken; one that has been moved is the same campaign still."""
    row = connection.execute("SELECT campaign, folder FROM run WHERE run = ?", [run]).fetchone()
    if row is None:
        return
    campaign, stored = row[0], Path(row[1])
    moved = not stored.exists() or (folder.exists() and stored.samefile(folder))
    if campaign != folder.name or not moved:
        raise IllegalMove(
            f"the id {run} is already that of a run of another campaign folder, {stored}",
            where=str(folder.absolute()),
            remedy="give the brief another `edition`, or rename the folder, so that campaign and edition together are "
            "an id of their own.",
        )


def move(workplace: Workplace, run: str, state: str) -> None:
    """Move a run to another state and keep the evidence; raises IllegalMove where no arrow leads there."""
    with store.writing(workplace) as connection:
        move_within(connection, workplace, run, state)


def begin_evaluating(workplace: Workplace, run: str) -> None:
    """Move a run to ``evaluating``; one whose control group still waits for its message goes on being published."""
    known = load(workplace, run)
    if known.brief.holdout.later is None or known.state not in ("publishing", "paused"):
        move(workplace, run, "evaluating")


def move_within(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str, state: str) -> None:
    """Do the same inside a transaction that is already open."""
    row = connection.execute("SELECT state FROM run WHERE run = ?", [run]).fetchone()
    if row is None:
        raise UnknownRun(f"there is no run {run}", remedy="`budkavle status` lists the runs.")
    if row[0] == state:
        return
    require_move(run, row[0], state)
    connection.execute("UPDATE run SET state = ?, changed_at = now() WHERE run = ?", [state, run])
    store.keep_evidence(connection, workplace, run, ["run"])


def require_move(run: str, state: str, becomes: str) -> None:
    """Raise IllegalMove where no arrow leads from a run's state to the one it is to have."""
    if state == "stopped" and becomes not in MOVES[state] | {state}:
        raise IllegalMove(
            f"run {run} was stopped: what had not been sent is cancelled",
            remedy=f"`budkavle status {run}` shows what was sent; to send again, give the brief a new `edition`.",
        )
    if becomes != state and becomes not in MOVES[state]:
        raise IllegalMove(
            f"run {run} is {state} and cannot become {becomes}", remedy=f"`budkavle status {run}` shows where it is."
        )


def require_not_stopped(workplace: Workplace, run: str) -> None:
    """Raise IllegalMove where the run was stopped, perhaps while it was being sent."""
    if state(workplace, run) == "stopped":
        require_move(run, "stopped", "publishing")


def state(workplace: Workplace, run: str) -> str | None:
    """Return the state of the run with exactly this id, None where there is no such run."""
    with store.writing(workplace) as connection:
        row = connection.execute("SELECT state FROM run WHERE run = ?", [run]).fetchone()
    return row[0] if row else None


def is_launched(workplace: Workplace, run: str) -> bool:
    """Tell whether a run of exactly this id is approved or further on, as the readers' snapshot has it."""
    if not workplace.snapshot.exists():
        return False
    with store.reading(workplace) as connection:
        row = connection.execute("SELECT state FROM run WHERE run = ?", [run]).fetchone()
    return row is not None and row[0] not in NOT_APPROVED


def state_of(workplace: Workplace, run: str, folder: Path) -> str | None:
    """Do the same for a campaign folder; raises IllegalMove where the run is another folder's."""
    with store.writing(workplace) as connection:
        require_same_campaign(connection, run, folder)
    return state(workplace, run)


def briefs(workplace: Workplace, campaign: str) -> list[Brief]:
    """Return the brief of every run of a campaign."""
    with store.writing(workplace) as connection:
        rows = connection.execute("SELECT brief FROM run WHERE campaign = ? ORDER BY run", [campaign]).fetchall()
    return [Brief.model_validate_json(brief) for (brief,) in rows]


def load(workplace: Workplace, run: str) -> Run:
    """Return one run; ``run`` is an id or a prefix that only one run has."""
    with store.writing(workplace) as connection:
        return load_within(connection, run)


def load_within(connection: duckdb.DuckDBPyConnection, run: str) -> Run:
    """Do the same over an open connection, the database's or the snapshot's."""
    rows = connection.execute(
        "SELECT run, campaign, folder, state, brief, digest, design FROM run WHERE starts_with(run, ?) ORDER BY run",
        [run],
    ).fetchall()
    exact = [row for row in rows if row[0] == run] or rows
    if len(exact) != 1:
        raise UnknownRun(
            f"{len(exact) or 'no'} run{'s' if exact else ''} answer{'' if exact else 's'} to this id or prefix",
            where=run,
            remedy="name one of: " + ", ".join(row[0] for row in rows) if rows else "`budkavle status` lists the runs.",
        )
    name, campaign, folder, state, brief, digest, design = exact[0]
    return Run(
        name, campaign, Path(folder), state, Brief.model_validate_json(brief), digest, json.loads(design or "{}")
    )
