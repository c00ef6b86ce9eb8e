"""Both sums: every person and every message of a run accounted for, from journals merged into ``delivery_event``.

Persons: audience = held out + excluded (by reason) + assigned.
Messages: planned = accepted + rejected + unknown + suppressed + expired + cancelled + pending.
"""

from array import array
from collections.abc import Sequence
from io import BytesIO
from itertools import accumulate, count
from operator import add
from typing import TYPE_CHECKING, Any

import duckdb

from campaigns.errors import CheckFailed
from tasks import journal, store
from tasks.workplace import Workplace

if TYPE_CHECKING:
    import pyarrow as pa

NUMBERS = frozenset({"milliseconds", "attempt"})
ACCOUNTS = ("accepted", "rejected", "unknown", "suppressed", "expired", "cancelled", "pending")


def merge_within(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str) -> int:
    """Append a run's journal records not merged yet, known by (segment, offset), inside a transaction; their number."""
    last = dict(
        connection.execute(
            'SELECT segment, max("offset") FROM delivery_event WHERE run = ? GROUP BY segment', [run]
        ).fetchall()
    )
    merged = 0
    for path in journal.segments(workplace.run_folder(run, "journals")):
        start = last.get(path.name)
        known, lines = start is not None, journal.whole_lines(path, start or 0)
        first = (start or 0) + (len(lines[0]) + 1 if known and lines else 0)
        if not (new := lines[known:]):
            continue
        connection.register("new_record", _as_table(new, first))
        connection.execute(store.statement("publishing/merge"), {"run": run, "segment": path.name})
        connection.unregister("new_record")
        merged += len(new)
    return merged


def _as_table(lines: Sequence[bytes], first: int) -> "pa.Table":
    """Return a journal's lines as columns, with their byte offsets from ``first`` on; fields are parted by C++."""
    import pyarrow as pa
    from pyarrow import csv

    columns = {name: pa.int64() if name in NUMBERS else pa.string() for name in ("checksum", *journal.Record._fields)}
    table = csv.read_csv(
        BytesIO(b"\n".join(lines)),
        csv.ReadOptions(column_names=list(columns)),
        csv.ParseOptions(delimiter="\t", quote_char=False, escape_char=False),
        csv.ConvertOptions(column_types=columns),
    )
    without_line_ends = accumulate(map(len, lines[:-1]), initial=first)
    offsets = array("q", map(add, without_line_ends, count()))
    return table.append_column("offset", pa.Array.from_buffers(pa.int64(), len(offsets), [None, pa.py_buffer(offsets)]))


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


def persons_accounted(connection: duckdb.DuckDBPyConnection, run: str) -> dict[str, Any]:
    """Return the persons sum: audience = held_out + excluded + assigned, counted per wave and person.

    ``excluded_by_reason`` adds up to ``excluded``. Before the channels are planned, those still to be planned are in
    none of the three. Works over the database and over the snapshot.
    """
    counts: dict[str, int] = {}
    for wave in persons_by_wave(connection, run).values():
        for standing, persons in wave.items():
            counts[standing] = counts.get(standing, 0) + persons
    reasons = {name: n for name, n in counts.items() if name not in {"held_out", "assigned", "unplanned"}}
    return {
        "audience": sum(counts.values()),
        "held_out": counts.get("held_out", 0),
        "excluded": sum(reasons.values()),
        "excluded_by_reason": reasons,
        "assigned": counts.get("assigned", 0),
    }


def persons_by_wave(connection: duckdb.DuckDBPyConnection, run: str) -> dict[str, dict[str, int]]:
    """Return persons by wave and standing: held_out, assigned, unplanned, or why they are excluded."""
    waves: dict[str, dict[str, int]] = {}
    for wave, standing, persons in connection.execute(store.statement("accounts/persons"), {"run": run}).fetchall():
        waves.setdefault(wave, {})[standing] = persons
    return waves


def persons_reached(connection: duckdb.DuckDBPyConnection, run: str) -> int:
    """Return how many persons, per wave, have an accepted message; members of a household may share a letter."""
    row = connection.execute(store.statement("accounts/reached"), [run]).fetchone()
    return int(row[0]) if row else 0


def in_doubt(connection: duckdb.DuckDBPyConnection, run: str) -> list[str]:
    """Return the ids of the messages of which nobody knows whether they arrived."""
    rows = connection.execute(
        "SELECT message_id FROM delivery WHERE run = ? AND status = 'unknown' ORDER BY message_id", [run]
    ).fetchall()
    return [message_id for (message_id,) in rows]
