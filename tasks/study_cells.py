"""What is asked of an experiment's file, and its named columns as text, from CSV or Parquet, gzip or not."""

import contextlib
import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import duckdb
import pyarrow as pa

from campaigns.errors import InputError
from tasks.gates.masking import BORN, NUMBER
from tasks.sql_words import one_file, quoted

ENCODINGS = {"utf-8": "utf-8-sig", "latin-1": "latin-1"}
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = (",", ";", "\t", "|")
LONGEST_HEADER = 1_000_000
Reader = tuple[str, list[Any], list[str]]


@dataclass(frozen=True)
class Question:
    """An experiment and what is asked of it; names are those of the file's columns."""

    file: Path
    arm: str
    control: str | None
    outcomes: tuple[str, ...]
    unit: str | None = None
    cluster: str | None = None
    covariates: tuple[str, ...] = ()
    strata: tuple[str, ...] = ()
    received: str | None = None
    weight: str | None = None
    shares: Mapping[str, float] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Every column that is named, once."""
        single = [name for name in (self.arm, self.unit, self.cluster, self.received, self.weight) if name]
        return list(dict.fromkeys([*single, *self.outcomes, *self.covariates, *self.strata]))

    def cell(self, name: str) -> str:
        """Return the column of ``study_cell`` that holds the file's column: its own name could be one of ours."""
        return f"cell_{self.columns.index(name)}"


def read_cells(connection: duckdb.DuckDBPyConnection, question: Question) -> None:
    """Fill ``study_cell`` with the named columns as text (``Question.cell``), with the row's number in the file."""
    file = question.file
    start = _start_of(file)
    if start.startswith(b"PK\x03\x04"):
        raise InputError("this is a spreadsheet or archive", where=str(file), remedy="save it as CSV UTF-8.")
    if any(_fill(connection, question, reader) for reader in _readers(connection, file, start)):
        if connection.execute("SELECT count(*) FROM study_cell").fetchone() == (0,):
            raise InputError("there is no row below the header", where=str(file), remedy="check the extract.")
        return
    kind = "Parquet" if start == b"PAR1" else "CSV"
    remedy = (
        "check quotes and delimiters, that every row has as many fields as the header, and no two columns one name."
    )
    raise InputError(f"the file cannot be read as {kind}", where=str(file), remedy=remedy)


def _start_of(file: Path) -> bytes:
    """Return the first bytes of a file; raises InputError where it is none, or cannot be read."""
    try:
        if not file.is_file():
            problem = "this is no file but a folder or a device" if file.exists() else "there is no such file"
            raise InputError(problem, where=str(file), remedy="name a CSV or Parquet file.")
        with file.open("rb") as opened:
            return opened.read(4)
    except OSError as error:
        raise InputError(
            f"the file cannot be read: {error.strerror}",
            where=str(file),
            remedy="check its name, and whether you may read it.",
        ) from None


def _fill(connection: duckdb.DuckDBPyConnection, question: Question, reader: Reader) -> bool:
    """Fill ``study_cell`` in one way to read the file; returns whether that way understands it."""
    source, values, found = reader
    names = {name: _column(question, name, found) for name in question.columns}
    cells = ", ".join(f"CAST({quoted(real)} AS VARCHAR) AS {question.cell(name)}" for name, real in names.items())
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE study_cell AS SELECT row_number() OVER () AS row, {cells} FROM {source}",
            values,
        )
    except duckdb.Error:
        return False
    return True


def _readers(connection: duckdb.DuckDBPyConnection, file: Path, start: bytes) -> Iterator[Reader]:
    """Give the ways to read the file, each with its parameters and the columns' names.

    The first line is the header, whatever follows: a reader that guesses might begin further down.
    """
    if start == b"PAR1":
        with contextlib.suppress(duckdb.Error):
            source, values = "read_parquet(?, hive_partitioning = false)", [one_file(file)]
            cursor = connection.execute(f"FROM {source} LIMIT 0", values)
            yield source, values, [column[0] for column in cursor.description or ()]
        return
    packed = start.startswith(b"\x1f\x8b")
    if _is_utf_16(file, packed):
        yield from _read_utf_16(connection, file, packed)
        return
    for encoding, codec in ENCODINGS.items():
        try:
            with _opened(file, packed, codec) as opened:
                delimiter, header = _header(opened)
        except (UnicodeError, OSError, EOFError, zlib.error, csv.Error):
            continue
        if header and len({name.casefold() for name in header}) == len(header):
            query = (
                "read_csv(?, delim = ?, columns = ?, header = true, auto_detect = false, quote = '\"', escape = '\"', "
                f"compression = '{'gzip' if packed else 'none'}', encoding = '{encoding}', hive_partitioning = false)"
            )
            yield query, [one_file(file), delimiter, dict.fromkeys(header, "VARCHAR")], header


def _header(opened: IO[str]) -> tuple[str, list[str]]:
    """Read the header, which may have line ends within quotes; returns the delimiter of most names, and them."""
    first = opened.readline()
    while first.count('"') % 2 and len(first) < LONGEST_HEADER and (more := opened.readline()):
        first += more
    headers = {sign: next(csv.reader(first.splitlines(keepends=True), delimiter=sign), []) for sign in DELIMITERS}
    delimiter = max(headers, key=lambda sign: len(headers[sign]))
    return delimiter, headers[delimiter]


def _opened(file: Path, packed: bool, codec: str) -> IO[str]:
    return gzip.open(file, "rt", encoding=codec, newline="") if packed else file.open(encoding=codec, newline="")


def _is_utf_16(file: Path, packed: bool) -> bool:
    """Tell whether a mark says so: latin-1, which reads anything, is not meant then."""
    with contextlib.suppress(OSError, EOFError, zlib.error), gzip.open(file) if packed else file.open("rb") as opened:
        return opened.read(2) in BYTE_ORDER_MARKS
    return False


def _read_utf_16(connection: duckdb.DuckDBPyConnection, file: Path, packed: bool) -> Iterator[Reader]:
    """Give the rows of a file that DuckDB reads in one byte order alone, and never packed."""
    with (
        contextlib.suppress(UnicodeError, OSError, EOFError, zlib.error, csv.Error),
        _opened(file, packed, "utf-16") as text,
    ):
        delimiter, header = _header(text)
        rows = [row for row in csv.reader(text, delimiter=delimiter, strict=True) if row]
        if len({name.casefold() for name in header}) == len(header) and all(len(row) == len(header) for row in rows):
            columns = [pa.array([row[place] for row in rows], pa.string()) for place in range(len(header))]
            connection.register("study_text", pa.Table.from_arrays(columns, names=header))
            yield "study_text", [], header


def _column(question: Question, name: str, found: Sequence[str]) -> str:
    """Return the file's column of that name; another case will do where only one column can be meant."""
    alike = [column for column in found if _plain(column) == _plain(name)]
    if name not in found and len(alike) != 1 and any(map(_is_no_name, found)):
        remedy = "write the columns' names there, or make the extract again."
        raise InputError("the first line is no header: values stand in it", where=str(question.file), remedy=remedy)
    if name not in found and len(alike) != 1:
        shown = ", ".join(found[:30]) + (" …" if len(found) > 30 else "")
        raise InputError(f"there is no column {name!r}", where=str(question.file), remedy=f"its columns are: {shown}.")
    return name if name in found else alike[0]


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _is_no_name(written: str) -> bool:
    """Tell whether this is a value that may be somebody's rather than a column's name."""
    digits = "".join(filter(str.isdigit, written))
    return "@" in written or bool(BORN.fullmatch(digits) or NUMBER.search(written))
