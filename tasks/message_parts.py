"""Parts of messages whose channel is priced per part, counted on the text as it is filled for each reader.

Each distinct text is filled as it will be sent and counted once; all else is set-based. So what the plan counts, what a
message costs and what the gateway sees are one number.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from campaigns.channels import priced_per_part
from campaigns.errors import InputError
from tasks import slots, store, text_message

FILLED_WHEN_SENT = frozenset({"recipient", "message_id", "unsubscribe_url", "date"})
"""Slots that have no value before a message is sent; a message that is priced per part cannot print them."""
TEXTS_AT_ONCE = 50_000


@dataclass(frozen=True)
class PartText:
    """One text of a channel priced per part, and the combinations of facts, as sorted pairs, that get it."""

    variant: str
    wave: str
    channel: str
    language: str
    facts: Sequence[tuple[tuple[str, str], ...]]
    slots: tuple[str, ...]
    template: bytes


def list_texts(connection: duckdb.DuckDBPyConnection, texts: Iterable[PartText]) -> None:
    """Write the temporary table part_text, one row per text and combination of facts."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE part_text (wave VARCHAR, channel VARCHAR, language VARCHAR, "
        "facts MAP(VARCHAR, VARCHAR), variant VARCHAR, slots VARCHAR[], template BLOB)"
    )
    rows = [
        [text.wave, text.channel, text.language, [key for key, _ in facts], [value for _, value in facts],
         text.variant, list(text.slots), text.template]
        for text in texts for facts in text.facts
    ]  # fmt: skip
    if rows:
        insert = "INSERT INTO part_text VALUES (?, ?, ?, map(?::VARCHAR[], ?::VARCHAR[]), ?, ?::VARCHAR[], ?)"
        connection.executemany(insert, rows)


def count_audience(connection: duckdb.DuckDBPyConnection, values: Mapping[str, Any]) -> None:
    """Write the temporary table counted_part for the persons of a wave who stand in person_slot, by person key.

    Reads part_text; ``values`` are run and wave.
    """
    connection.execute(store.statement("message_parts/audience"), dict(values))
    _count(connection, "SELECT DISTINCT variant, template FROM part_text", {})


def count_planned(connection: duckdb.DuckDBPyConnection, run: str, wave: str) -> None:
    """Write counted_part for the rows of the temporary table planned_message, by message id."""
    connection.execute(store.statement("message_parts/planned"), {"counted": priced_per_part()})
    _count(connection, "SELECT variant, template FROM variant WHERE run = $run AND wave = $wave",
           {"run": run, "wave": wave})  # fmt: skip


def count_diverted(connection: duckdb.DuckDBPyConnection, run: str, wave: str) -> None:
    """Write counted_part for the rows of the temporary table possible_diversion, by message id."""
    values = {"run": run, "wave": wave}
    connection.execute(store.statement("message_parts/diverted"), values | {"counted": priced_per_part()})
    _count(connection, "SELECT variant, template FROM variant WHERE run = $run AND wave = $wave", values)


def refuse_unfillable(names: Iterable[str]) -> None:
    """Raise InputError where a text prints what has no value before it is sent."""
    if unknown := sorted(FILLED_WHEN_SENT.intersection(names)):
        raise InputError(
            f"a message that is priced per part prints {', '.join(unknown)}, which has no value before it is sent",
            remedy="take the slot out of the line `sms`.",
        )


def _count(connection: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, Any]) -> None:
    """Count every distinct text of part_message; the query gives variant and template."""
    store.run_each(connection, "message_parts/fillings", {})
    templates = {
        variant: slots.parse(template) for variant, template in connection.execute(query, dict(values)).fetchall()
    }
    (last,) = connection.execute("SELECT coalesce(max(number), 0) FROM filling").fetchone() or (0,)
    for first in range(1, last + 1, TEXTS_AT_ONCE):
        rows = connection.execute(
            'SELECT number, variant, "values" FROM filling WHERE number BETWEEN ? AND ?',
            [first, first + TEXTS_AT_ONCE - 1],
        ).fetchall()
        parts = [_parts(templates[variant], texts) for _, variant, texts in rows]
        counted = pa.table({"number": [number for number, _, _ in rows], "parts": parts})
        connection.from_arrow(counted).insert_into("filling_part")
    connection.execute(store.statement("message_parts/counted"))


def _parts(template: slots.Template, values: Sequence[str]) -> int:
    filled = template.fill(dict(zip(sorted(template.slot_names), values, strict=True)))
    return text_message.count(filled.decode("utf-8")).parts
