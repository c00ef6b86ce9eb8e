"""The decision log as tables: ``audit`` and ``suppression`` are made from it, and proved against it."""

import json

import duckdb

from campaigns.errors import InputError
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


def verify_audit(workplace: Workplace) -> int:
    """Check the chain of the decision log and that ``audit`` says the same; returns the number of decisions.

    Raises InputError where the log was edited, where it has lost its end, or where the table differs.
    """
    logged = [(each.sequence, each.hash) for each in decisions.read(workplace)]
    with store.writing(workplace) as connection:
        load_decisions(connection, workplace)
        rows = connection.execute(
            "SELECT sequence, hash, decided_at, actor, action, run, detail, previous FROM audit ORDER BY sequence"
        ).fetchall()
    if [row[:2] for row in rows] != logged:
        raise _differs(workplace, f"the table audit has {len(rows)} decisions, the log {len(logged)}, or their hashes")
    for row, decision in zip(rows, decisions.read(workplace), strict=True):
        said = (decision.at, decision.actor, decision.action, decision.run, decision.detail, decision.previous)
        if (*row[2:6], json.loads(row[6]), row[7]) != said:
            raise _differs(workplace, f"decision {decision.sequence}")
    return len(logged)


def _differs(workplace: Workplace, what: str) -> InputError:
    return InputError(
        f"the table audit and the decision log differ: {what}",
        where=str(workplace.decisions),
        remedy="restore the decision log from a back-up, or run `budkavle rebuild` where the table was changed.",
    )
