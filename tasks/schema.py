"""The schema: migrations and views, and empty databases that have both, made once per process and copied."""

import hashlib
import os
import tempfile
from functools import cache
from pathlib import Path

import duckdb

from tasks import views
from tasks.workplace import Workplace

SQL = Path(__file__).parent / "sql"
PRIVATE_TABLES = ("identity", "message_slot")


def migrations() -> list[Path]:
    """Return the files of schema changes, in order."""
    return sorted((SQL / "migrations").glob("*.sql"))


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring a database up to today's schema and views, in transactions of their own; nothing where it has them."""
    try:
        rows = connection.execute("SELECT version FROM schema_migration").fetchall()
    except duckdb.CatalogException:  # a new database; to look for the table first takes ten times as long
        rows = []
    pending = [path for path in migrations() if (int(path.name[:4]),) not in rows]
    if pending:
        connection.execute("BEGIN")
        for path in pending:
            connection.execute(path.read_text(encoding="utf-8"))
            connection.execute("INSERT INTO schema_migration VALUES (?, now())", [int(path.name[:4])])
        connection.execute("DELETE FROM schema_view")
        connection.execute("COMMIT")
    views.renew(connection)


def begin_database(path: Path) -> None:
    """Put an empty database with today's schema in place where there is none."""
    if path.exists():
        return
    draft = path.with_suffix(f".{os.getpid()}.draft")
    draft.write_bytes(_empty(private=True))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def empty_snapshot(workplace: Workplace) -> Path:
    """Return a snapshot without rows or private tables, kept in HOME: filling it is quicker than making its views."""
    text = b"".join(path.read_bytes() for path in migrations())
    digest = hashlib.sha256(views.digest().encode() + text).hexdigest()[:12]
    path = workplace.home / f"snapshot.empty-{digest}.duckdb"
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}.draft")
        draft.write_bytes(_empty(private=False))
        for old in workplace.home.glob("snapshot.empty-*.duckdb"):
            old.unlink(missing_ok=True)
        os.replace(draft, path)
    return path


@cache
def _empty(*, private: bool) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.duckdb"
        with duckdb.connect(path) as connection:
            migrate(connection)
            for table in () if private else PRIVATE_TABLES:
                connection.execute(f'DROP TABLE "{table}"')
            for (table,) in () if private else connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                connection.execute(f'DELETE FROM "{table}"')
        return path.read_bytes()
