"""Journals merged into ``delivery_event``, and every message accounted for.

Messages: planned = accepted + rejected + unknown + suppressed + expired + cancelled + pending.
"""

from typing import Any

import duckdb

from campaigns.errors import CheckFailed
from tasks import journal, store
from tasks.workplace import Workplace

ACCOUNTS = ("accepted", "rejected", "unknown", "suppressed", "expired", "cancelled", "pending")


def merge_within(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str) -> int:
    """Append a run's journal records not merged yet, known by (segment, offset), inside a transaction; their number."""
    import pyarrow as pa

    last = dict(
        connection.execute(
            'SELECT segment, max("offset") FROM delivery_event WHERE run = ? GROUP BY segment', [run]
        ).fetchall()
    )
    merged = 0
    for path in journal.segments(workplace.run_folder(run, "journals")):
        start = last.get(path.name)
        records = journal.read(path, start or 0)[0 if start is None else 1 :]
        if not records:
            continue
        offsets, columns = [offset for offset, _ in records], zip(*(record for _, record in records), strict=True)
        table = dict(zip(journal.Record._fields, map(list, columns), strict=True))
        new_record = pa.table({"segment": [path.name] * len(records), "offset": offsets, **table})
        connection.register("new_record", new_record)
        connection.execute(store.statement("publishing/merge"), {"run": run})
        connection.unregister("new_record")
        merged += len(records)
    return merged


def messages_accounted(connection: duckdb.DuckDBPyConnection, run: str) -> dict[str, Any]:
    """Return planned messages and the number in each account, of the run and ``by_channel``.

    Raises CheckFailed where the accounts do not add up to what was planned.
    """
    row = connection.execute(store.statement("publishing/planned_counts"), {"run": run}).fetchone()
    planned, distinct, strays = row or (0, 0, 0)
    by_channel: dict[str, dict[str, int]] = {}
    for channel, account, messages in connection.execute(store.statement("publishing/accounts"), [run]).fetchall():
        by_channel.setdefault(channel, {"planned": 0, **dict.fromkeys(ACCOUNTS, 0)})[account] = messages
    for accounts in by_channel.values():
        accounts["planned"] = sum(accounts.values())
    sums = {account: sum(each[account] for each in by_channel.values()) for account in ACCOUNTS}
    if planned != sum(sums.values()) or planned != distinct or strays:
        raise CheckFailed(
            f"{planned} messages were planned ({distinct} distinct), {sum(sums.values())} are accounted for, "
            f"and {strays} journal records belong to none",
            where=f"run {run}",
            remedy="send nothing more; set the database aside and run `budkavle rebuild`.",
        )
    return {"planned": planned, **sums, "by_channel": by_channel}


def persons_reached(connection: duckdb.DuckDBPyConnection, run: str) -> int:
    """Return how many persons have an accepted message, members of a household that got one letter included."""
    row = connection.execute(store.statement("publishing/reached"), [run]).fetchone()
    return int(row[0]) if row else 0
