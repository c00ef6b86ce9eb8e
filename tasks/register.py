"""Import a register file: judged row by row, pseudonymised, and put in place of the former extract in one transaction.

The work is done in a scratch database, so that the writer's lock is held only while finished rows are put in.
Names and addresses go to the private table ``identity`` and to the evidence in ``HOME/register/KIND``, nowhere else.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from campaigns.errors import CheckFailed, RegisterFileInvalid
from tasks import register_values, store
from tasks.local_time import today
from tasks.register_columns import REQUIRED, refused
from tasks.register_files import load
from tasks.sql_words import literal
from tasks.workplace import Workplace

KINDS = tuple(REQUIRED)
TABLES = ("person", "identity", "contact_point", "register_extract")
STEPS = ("rows", "kept", "people")


@dataclass(frozen=True)
class ImportCounts:
    """What became of the rows of a file: ``read`` = ``accepted`` + ``rejected`` + ``merged``.

    ``notes_by_reason`` counts what is unusable in accepted rows; ``remarks`` is about the file as a whole. The two
    files hold row numbers (the header is row 1) and reasons, never a value.
    """

    kind: str
    read: int
    accepted: int
    rejected: int
    merged: int
    rejects_by_reason: dict[str, int] = field(default_factory=dict)
    rejects_file: Path | None = None
    notes_by_reason: dict[str, int] = field(default_factory=dict)
    notes_file: Path | None = None
    remarks: tuple[str, ...] = ()


def import_register(
    workplace: Workplace, file: Path, kind: str, extracted_on: date, check: Callable[[], object] = lambda: None
) -> ImportCounts:
    """Replace one kind of register by the rows of a file, CSV or Parquet, and return what became of each row.

    ``check`` looks at the register once it is in place; when it raises CheckFailed, the former extract is put back.
    Raises RegisterFileInvalid, with nothing imported, for a file that is broken, lacks a column, or has no usable row.
    """
    _check_request(file, kind, extracted_on)
    with _place_of(workplace, kind) as draft:
        digest = _digest(file)
        with store.scratch(workplace, draft) as connection:
            _set_variables(connection, kind, extracted_on)
            connection.execute(store.statement("register/macros"))
            remarks = load(connection, file, kind, draft)
            _judge(connection)
            counts = _counts(connection, kind, tuple(remarks))
            if counts.accepted == 0:
                raise _nothing_usable(file, counts)
            _keep(connection, draft, counts, extracted_on, digest)
        former = workplace.register(kind).resolve() if workplace.register(kind).exists() else None
        _put_in(workplace, kind, draft)
        _put_evidence(workplace, kind, draft)
        try:
            check()
        except CheckFailed:
            _put_back(workplace, kind, former)
            raise
    return _with_files(counts, workplace, kind, digest)


def _check_request(file: Path, kind: str, extracted_on: date) -> None:
    if kind not in KINDS:
        raise RegisterFileInvalid(f"there is no register of the kind {kind}", remedy=f"choose {', '.join(KINDS)}.")
    if not file.is_file():
        raise RegisterFileInvalid("there is no such file", where=str(file), remedy="check the path.")
    if extracted_on > today():
        raise refused(file, "the extract would be from the future", "give the day on which it was taken.")


def clear_leftovers(workplace: Workplace) -> None:
    """Remove what killed imports left; an import does so itself, for its own kind, before it starts."""
    versions = workplace.home / "register" / "versions"
    for kind in KINDS if versions.exists() else ():
        with (versions / f"{kind}.lock").open("w") as lock, contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _clear(workplace, kind)


@contextlib.contextmanager
def _place_of(workplace: Workplace, kind: str) -> Iterator[Path]:
    """Give a private folder for one import; one import of a kind at a time."""
    versions = workplace.home / "register" / "versions"
    versions.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (versions / f"{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _clear(workplace, kind)
        draft = versions / f"{kind}-{time.time_ns()}"
        draft.mkdir(mode=0o700)
        try:
            yield draft
        finally:
            _clear(workplace, kind)


def _clear(workplace: Workplace, kind: str) -> None:
    """Remove every version but the one in use."""
    current = workplace.register(kind).resolve()
    for left in (workplace.home / "register" / "versions").glob(f"{kind}-*"):
        if left.is_symlink():
            left.unlink()
        elif left.resolve() != current:
            shutil.rmtree(left)


def _set_variables(connection: duckdb.DuckDBPyConnection, kind: str, extracted_on: date) -> None:
    connection.execute("SET VARIABLE kind = ?", [kind])
    connection.execute("SET VARIABLE extracted_on = ?::DATE", [extracted_on])
    connection.execute("SET VARIABLE this_year = ?::INTEGER", [today().year])


def _judge(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(store.statement("register/numbers"))
    connection.execute(store.statement("register/values"))
    register_values.judge(connection)
    connection.execute(store.statement("register/implausible"))
    for step in STEPS:
        connection.execute(store.statement(f"register/{step}"))
    for name in ("rejects", "notes"):
        connection.execute(f"CREATE TEMP TABLE {name} AS {store.statement(f'register/{name}')}")


def _counts(connection: duckdb.DuckDBPyConnection, kind: str, remarks: tuple[str, ...]) -> ImportCounts:
    row = connection.execute(
        "SELECT (SELECT count(*) FROM source), (SELECT count(*) FROM people), (SELECT count(*) FROM rejects)"
    ).fetchone()
    read, accepted, rejected = row or (0, 0, 0)
    grouped = "SELECT regexp_replace({0}, 'row [0-9]+', 'another row'), count(*) FROM {1} GROUP BY 1 ORDER BY 2 DESC, 1"
    return ImportCounts(
        kind, read, accepted, rejected, read - accepted - rejected,
        rejects_by_reason=dict(connection.execute(grouped.format("reason", "rejects")).fetchall()),
        notes_by_reason=dict(connection.execute(grouped.format("note", "notes")).fetchall()),
        remarks=remarks,
    )  # fmt: skip


def _nothing_usable(file: Path, counts: ImportCounts) -> RegisterFileInvalid:
    reasons = "; ".join(f"{count} rows: {reason}" for reason, count in counts.rejects_by_reason.items())
    return refused(file, f"no row of {counts.read} can be used ({reasons})", "check the columns of the extract.")


def _keep(
    connection: duckdb.DuckDBPyConnection, draft: Path, counts: ImportCounts, extracted_on: date, digest: str
) -> None:
    (draft / "in-utf-8.csv").unlink(missing_ok=True)
    for table in TABLES[:3]:
        store.keep_rows(connection, store.statement(f"register/{table}"), [], draft / f"{table}.parquet")
    extract = (
        "SELECT ? AS kind, ?::DATE AS extracted_on, ?::TIMESTAMPTZ AS imported_at, ? AS source_sha256, "
        "?::BIGINT AS rows_read, ?::BIGINT AS rows_accepted, ?::BIGINT AS rows_rejected, ?::BIGINT AS rows_merged"
    )
    values = [counts.kind, extracted_on, datetime.now(UTC), digest]
    values += [counts.read, counts.accepted, counts.rejected, counts.merged]
    store.keep_rows(connection, extract, values, draft / "register_extract.parquet")
    for name in ("rejects", "notes"):
        path = draft / f"{name}-{digest[:12]}.csv"
        if connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone():
            connection.execute(f"COPY (FROM {name}) TO {literal(str(path))} (FORMAT csv, HEADER)")


def _put_in(workplace: Workplace, kind: str, draft: Path) -> None:
    with store.writing(workplace) as connection:
        for table in TABLES:
            connection.execute(f"DELETE FROM {table} WHERE kind = ?", [kind])
            connection.execute(f"INSERT INTO {table} BY NAME FROM read_parquet(?)", [str(draft / f"{table}.parquet")])


def _put_evidence(workplace: Workplace, kind: str, draft: Path) -> None:
    """Let the register's folder point to the new extract; a link is replaced in one step, a folder is not."""
    place = workplace.register(kind)
    if place.exists() and not place.is_symlink():
        place.rename(draft.with_name(f"{draft.name}-former"))
    link = draft.with_name(f"{draft.name}-link")
    link.symlink_to(Path("versions") / draft.name)
    os.replace(link, place)


def _put_back(workplace: Workplace, kind: str, former: Path | None) -> None:
    """Let the former extract stand again, with the results of its own checks, or none where there was none."""
    with store.writing(workplace) as connection:
        connection.execute("DELETE FROM check_result WHERE run = ?", [f"register:{kind}"])
        for table in TABLES:
            connection.execute(f"DELETE FROM {table} WHERE kind = ?", [kind])
        for table in (*TABLES, "check_result") if former else ():
            path = (former or Path()) / f"{table}.parquet"
            if path.exists():
                connection.execute(f"INSERT INTO {table} BY NAME FROM read_parquet(?)", [str(path)])
    if former:
        _put_evidence(workplace, kind, former)
    else:
        workplace.register(kind).unlink()


def _with_files(counts: ImportCounts, workplace: Workplace, kind: str, digest: str) -> ImportCounts:
    folder = workplace.register(kind)
    rejects, notes = (folder / f"{name}-{digest[:12]}.csv" for name in ("rejects", "notes"))
    return replace(
        counts, rejects_file=rejects if rejects.exists() else None, notes_file=notes if notes.exists() else None
    )


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
