"""From units to persons: ranks of a cell, by keyed hash, get its sequences in turn."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from campaigns.brief import Brief
from campaigns.channels import load_channels
from tasks import store
from tasks.admission import shares_letters
from tasks.contact_plan import Cell, Contacts
from tasks.contact_sequences import worths
from tasks.planned_units import PlannedUnits


def assign(
    connection: duckdb.DuckDBPyConnection, run: str, brief: Brief, cells: Sequence[Cell], planned: PlannedUnits
) -> None:
    """Write ``assignment`` and the temporary table planned_contact."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE quota (quota INTEGER, cell VARCHAR, sequence VARCHAR, first_rank BIGINT, "
        "last_rank BIGINT, explored BOOLEAN, propensity DOUBLE)"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE quota_contact "
        "(quota INTEGER, wave VARCHAR, channel VARCHAR, per_household BOOLEAN, effect DOUBLE)"
    )
    waves = _waves(connection)
    known = {cell.name: cell for cell in cells}
    quotas: list[list[Any]] = []
    contacts: list[list[Any]] = []
    for number, given in enumerate(planned.given):
        quotas.append(
            [number, given.cell, named(given.sequence), given.first, given.last, given.explored, given.propensity]
        )
        for position, channel, effect in _effects(known[given.cell], given.sequence):
            shared = shares_letters(load_channels()[channel], brief)
            contacts.append([number, waves[position], channel, shared, effect])
    _insert(connection, "quota", quotas)
    _insert(connection, "quota_contact", contacts)
    store.run_each(connection, "channels/assign", {"run": run})


def leave_out(connection: duckdb.DuckDBPyConnection, run: str) -> None:
    """Write to ``audience`` why a candidate of a wave gets nothing in it; reads planned_contact."""
    connection.execute(store.statement("channels/leave_out"), {"run": run})


def named(sequence: Contacts) -> str:
    """Return a sequence as it stands in tables: channels joined by >, - where a wave brings nothing."""
    return ">".join(channel or "-" for channel in sequence)


def _waves(connection: duckdb.DuckDBPyConnection) -> dict[int, str]:
    rows = connection.execute("SELECT DISTINCT position, wave FROM candidate").fetchall()
    return dict(rows)


def _effects(cell: Cell, sequence: Contacts) -> Iterator[tuple[int, str, float]]:
    """Yield wave, channel and the share of persons who act because of each contact after those before it."""
    options, silent = cell.options(), 1.0
    for position, channel, worth in worths(sequence):
        rate = options[position, channel].rate * worth
        yield position, channel, silent * rate
        silent *= 1 - rate


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[list[Any]]) -> None:
    import pyarrow as pa

    if rows:
        names = [name for (name, *_) in connection.execute(f"DESCRIBE {table}").fetchall()]
        columns = [list(column) for column in zip(*rows, strict=True)]
        connection.register("new_row", pa.table(dict(zip(names, columns, strict=True))))
        connection.execute(f"INSERT INTO {table} BY NAME FROM new_row")
        connection.unregister("new_row")
