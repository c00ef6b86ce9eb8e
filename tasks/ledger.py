"""The decision log as tables: ``audit`` and ``suppression`` are made from it."""

import contextlib
import json
from collections.abc import Mapping

import duckdb

from campaigns.errors import InputError, StoreBusy, StoreDamaged, StoreUnusable
from tasks import decisions, store
from tasks.workplace import Workplace

SECONDS_FOR_TABLE = 5.0


def load_decisions(connection: duckdb.DuckDBPyConnection, workplace: Workplace) -> int:
    """Bring ``audit`` and ``suppression`` up to the log; rerunnable. Returns how many decisions were new.

    A run that was ordered to stop is ``stopped`` from then on, whatever was being done with it at that moment.
    """
    row = connection.execute("SELECT coalesce(max(sequence), 0) FROM audit").fetchone()
    known = row[0] if row else 0
    new = [each for each in decisions.read(workplace) if each.sequence > known]
    if not new:
        return 0
    connection.executemany(
        "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?::JSON, ?, ?)",
        [
            [each.sequence, each.at, each.actor, each.action, each.run, json.dumps(each.detail, ensure_ascii=False),
             each.previous, each.hash]
            for each in new
        ],
    )  # fmt: skip
    connection.execute(store.statement("publishing/suppressions"), [known])
    connection.execute(store.statement("publishing/stopped"), [known])
    return len(new)


def bring_up(workplace: Workplace) -> None:
    """Do the same for the database of a workplace; where it cannot be used now, the next decision does it."""
    with (
        contextlib.suppress(StoreBusy, StoreDamaged, StoreUnusable),
        store.writing(workplace, wait=SECONDS_FOR_TABLE) as connection,
    ):
        load_decisions(connection, workplace)


def require_whole(connection: duckdb.DuckDBPyConnection, workplace: Workplace, logged: Mapping[int, str]) -> None:
    """Raise InputError where the table ``audit`` has a decision that the log (hash by number) has lost or changed."""
    rows = connection.execute("SELECT sequence, hash FROM audit ORDER BY sequence").fetchall()
    if lost := [sequence for sequence, digest in rows if logged.get(sequence) != digest]:
        raise InputError(
            f"the decision log has lost or changed {len(lost)} decisions that the table audit has, so that no approval "
            "can be trusted",
            where=f"{workplace.decisions}:{lost[0]}",
            remedy="restore the decision log from a back-up; `budkavle audit verify` names every such line.",
        )
