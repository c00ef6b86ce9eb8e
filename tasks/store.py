"""DuckDB behind one small interface: one writer, short transactions, readers on a snapshot.

A stage opens :func:`writing`, runs one set-based transaction and closes. Whoever only reads opens :func:`reading`,
which never meets a lock. :func:`keep_evidence` writes a run's rows to Parquet, from which a lost database is rebuilt.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from campaigns.errors import BudkavleError, StoreDamaged
from tasks import schema, store_faults
from tasks.fence import identity
from tasks.sql_words import literal
from tasks.workplace import Workplace

SQL = schema.SQL
RUN_TABLES = (
    "run", "audience", "audience_profile", "audience_overlap", "hidden_figure", "plan", "plan_choice", "plan_price",
    "plan_floor", "plan_fairness", "plan_rule", "plan_lesson", "assignment", "diversion", "variant", "variant_choice",
    "message", "message_slot", "approval", "look", "outcome", "evaluation", "effect", "effect_group",
    "effect_channel", "equity", "evaluation_history", "response_evidence", "lesson", "feedback", "check_result",
)  # fmt: skip
HMAC_BLOCK = 64


def statement(name: str) -> str:
    """Return the named SQL text, such as ``audience/exclusions``."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


@contextmanager
def writing(workplace: Workplace, *, wait: float = 60.0) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the database for one transaction: committed at the end of the block, rolled back on an error.

    Raises StoreBusy after ``wait`` seconds behind another writer, StoreDamaged where the file cannot be opened,
    StoreUnusable where disk or rights are in the way.
    """
    _made_home(workplace)
    connection = _open(workplace.database, wait)
    try:
        schema.migrate(connection)
        _install_keyed_hash(connection, workplace.key)
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")
    except duckdb.Error as error:
        if told := store_faults.unusable(error, str(workplace.database)):
            raise told from None
        if not store_faults.is_damage(error, workplace.database):
            raise
        connection.close()
        raise store_faults.set_aside(workplace.database) from None
    finally:
        connection.close()


@contextmanager
def scratch(workplace: Workplace, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in memory with the keyed hash, for work that must not hold the writer's lock.

    It uses at most 2 GB, then spills into ``folder``, and leaves nothing behind.
    """
    connection = duckdb.connect(":memory:", config={"memory_limit": "2GB", "temp_directory": str(folder)})
    try:
        _install_keyed_hash(connection, workplace.key)
        yield connection
    finally:
        connection.close()


@contextmanager
def reading(workplace: Workplace) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the snapshot read-only; made first where there is none yet. It holds no names and no addresses."""
    if not workplace.snapshot.exists():
        take_snapshot(workplace)
    try:
        connection = duckdb.connect(workplace.snapshot, read_only=True)
    except duckdb.Error as error:
        raise store_faults.unusable(error, str(workplace.snapshot)) or error from None
    try:
        yield connection
    finally:
        connection.close()


def take_snapshot(workplace: Workplace, *, wait: float = 60.0) -> Path:
    """Copy every table but the private ones into a new file, with its comments, and rename it into place."""
    draft = workplace.snapshot.with_suffix(f".{os.getpid()}.draft")
    with writing(workplace, wait=wait) as connection:
        connection.execute("COMMIT")
        for left in workplace.home.glob("snapshot.*.draft*"):  # of one that was killed, or had no room on the disk
            left.unlink(missing_ok=True)
        shutil.copyfile(schema.empty_snapshot(workplace), draft)
        connection.execute(f"ATTACH {literal(str(draft))} AS draft")
        connection.execute("BEGIN")
        for table in _tables(connection, "draft"):
            connection.execute(f'INSERT INTO draft."{table}" FROM budkavle."{table}"')
        connection.execute("COMMIT")
        connection.execute("DETACH draft")
        os.replace(draft, workplace.snapshot)  # while nobody else makes one
        connection.execute("BEGIN")
    return workplace.snapshot


def replace_rows(connection: duckdb.DuckDBPyConnection, run: str, tables: Sequence[str]) -> None:
    """Remove a run's rows of the given tables, so that a rerun stage replaces what it wrote before."""
    for table in tables:
        connection.execute(f'DELETE FROM "{table}" WHERE run = ?', [run])


def run_each(connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object]) -> None:
    """Run every statement of a named SQL file in order, each with those of the values that it names."""
    for part in connection.extract_statements(statement(name)):
        connection.execute(part, {parameter: values[parameter] for parameter in part.named_parameters})


def keep_evidence(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str, tables: Sequence[str]) -> None:
    """Write a run's rows of the given tables to Parquet, each file synced and renamed into place."""
    folder = workplace.run_folder(run, "evidence")
    for table in tables:
        keep_rows(connection, f'SELECT * FROM "{table}" WHERE run = ?', [run], folder / f"{table}.parquet")


def keep_rows(connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[object], path: Path) -> None:
    """Write the rows of a query to one Parquet file, synced and renamed into place."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{os.getpid()}.draft")
    connection.execute(f"COPY ({query}) TO {literal(str(draft))} (FORMAT parquet)", list(values))
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    os.replace(draft, path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    query = "SELECT table_name FROM duckdb_tables() WHERE database_name = ? ORDER BY table_name"
    return [name for (name,) in connection.execute(query, [database]).fetchall()]


def _require_known(workplace: Workplace) -> None:
    """Refuse to begin an empty database where there is evidence of a full one."""
    if not workplace.database.exists() and any(
        next(workplace.home.glob(trace), None) for trace in ("runs/*/evidence/run.parquet", "register/*/person.parquet")
    ):
        raise StoreDamaged(
            "the database is missing, but registers or runs have been kept here",
            where=str(workplace.database),
            remedy="run `budkavle rebuild`: every fact is recreated from the journals, shards and the decision log.",
        )


def _open(path: Path, wait: float) -> duckdb.DuckDBPyConnection:
    deadline, pause = time.monotonic() + wait, 0.01
    while True:
        try:
            return duckdb.connect(path)
        except duckdb.Error as error:
            if not (isinstance(error, duckdb.IOException) and store_faults.is_locked(error, path)):
                raise _not_opened(error, path) from None
            if time.monotonic() > deadline:
                raise store_faults.busy(error, path) from None
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)


def _not_opened(error: duckdb.Error, path: Path) -> BudkavleError:
    """Return why a database cannot be opened; a damaged one is set aside, one that is only out of reach never."""
    if told := store_faults.unusable(error, str(path)):
        return told
    if isinstance(error, duckdb.IOException) and not store_faults.is_damage(error, path):
        return store_faults.not_opened(path)
    return store_faults.set_aside(path)


def _made_home(workplace: Workplace) -> None:
    try:
        workplace.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        identity(workplace.home)
        _require_known(workplace)
        schema.begin_database(workplace.database)
    except OSError as error:
        raise store_faults.unusable(error, str(workplace.home)) or error from None


def _install_keyed_hash(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    block = (hashlib.sha256(key).digest() if len(key) > HMAC_BLOCK else key).ljust(HMAC_BLOCK, b"\0")
    connection.execute("SET VARIABLE inner_pad = ?::BLOB", [bytes(byte ^ 0x36 for byte in block)])
    connection.execute("SET VARIABLE outer_pad = ?::BLOB", [bytes(byte ^ 0x5C for byte in block)])
    connection.execute(statement("keyed_hash"))
