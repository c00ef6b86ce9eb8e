"""A new database from the evidence alone: registers, runs, shards, journals, beliefs and the decision log."""

import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from campaigns.errors import InputError, StoreDamaged
from tasks import approval_rows, control, orders, shards, store
from tasks.accounts import merge_within
from tasks.ledger import load_decisions
from tasks.workplace import Workplace

__all__ = ["load_decisions", "rebuild"]

REGISTER_TABLES = ("person", "identity", "contact_point", "register_extract", "check_result")


def rebuild(workplace: Workplace) -> dict[str, int]:
    """Make the database anew and put it in place; a database that was there is set aside, never deleted.

    Returns the number of rows by table. Raises InputError, with nothing replaced, where evidence is damaged.
    """
    draft = replace(workplace, home=workplace.home / f"rebuilding.{os.getpid()}")
    shutil.rmtree(draft.home, ignore_errors=True)
    try:
        _hold_and_fill(workplace, draft)
        counts = _counts(draft)
        _set_aside(workplace.database)
        os.replace(draft.database, workplace.database)
    finally:
        shutil.rmtree(draft.home, ignore_errors=True)
    store.take_snapshot(workplace)
    return counts


def _hold_and_fill(workplace: Workplace, draft: Workplace) -> None:
    """Keep other writers out of a database that can still be opened while the new one is filled."""
    if not workplace.database.exists():
        return _fill(workplace, draft)
    try:
        with store.writing(workplace):
            _fill(workplace, draft)
    except StoreDamaged:
        _fill(workplace, draft)
    return None


def _fill(workplace: Workplace, draft: Workplace) -> None:
    runs = sorted(folder.parent.name for folder in workplace.home.glob("runs/*/evidence"))
    with store.writing(draft) as connection:
        for table in REGISTER_TABLES:
            _load(connection, table, sorted(workplace.home.glob(f"register/*/{table}.parquet")))
        for table in store.RUN_TABLES:
            _load(connection, table, sorted(workplace.home.glob(f"runs/*/evidence/{table}.parquet")))
        _load(connection, "response_belief", sorted(workplace.home.glob("beliefs/*.parquet")))
        load_decisions(connection, workplace)
        for run in runs:
            approval_rows.settle(connection, workplace, run)
            _load_deliveries(connection, workplace, run)


def _load(connection: duckdb.DuckDBPyConnection, table: str, files: Sequence[Path]) -> None:
    for path in files:
        try:
            connection.execute(f'INSERT INTO "{table}" BY NAME SELECT * FROM read_parquet(?)', [str(path)])
        except duckdb.Error:
            raise InputError(
                "this file of evidence cannot be read", where=str(path), remedy="restore it from a back-up."
            ) from None


def _load_deliveries(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str) -> None:
    for path in sorted(workplace.run_folder(run, "shards").glob("*.json")):
        shards.load_messages(connection, workplace, run, path.stem)
    merge_within(connection, workplace, run)
    folder = workplace.run_folder(run, "control")
    if (folder / orders.TERMS).exists():
        try:
            if not (folder / orders.WITHDRAWALS).exists():
                control.restore(workplace, run)
            orders.Control(folder, "").refresh()
        except InputError:
            control.restore(workplace, run)


def _counts(place: Workplace) -> dict[str, int]:
    with store.writing(place) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY ALL").fetchall()
        found = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone() for (name,) in tables}
    return {name: row[0] for name, row in found.items() if row and not name.startswith("schema_")}


def _set_aside(path: Path) -> None:
    moment = time.strftime("%Y%m%dT%H%M%S")
    for old in (path, path.with_suffix(".duckdb.wal")):
        if old.exists():
            os.replace(old, old.with_name(f"{old.name}.replaced-{moment}"))
