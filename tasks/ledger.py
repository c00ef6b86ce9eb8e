"""The decision log as tables: ``audit`` and ``suppression`` are made from it."""

import json

import duckdb

from tasks import decisions, store
from tasks.workplace import Workplace


def load_decisions(connection: duckdb.DuckDBPyConnection, workplace: Workplace) -> int:
    """Bring ``audit`` and ``suppression`` up to the log; rerunnable. Returns how many decisions were new."""
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
    return len(new)
