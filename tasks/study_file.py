"""Read an experiment's file into the table ``study_row`` of a scratch database: one row per row that has an arm.

CSV or Parquet, gzip or not. Every cell is read as text and understood by tasks/sql/study/macros.sql, so that labels
stay as they are written. No message repeats what stands in a cell other than an arm's label.
"""

import contextlib
import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from campaigns.errors import InputError
from tasks import store

ENCODINGS = {"utf-8": "utf-8-sig", "latin-1": "latin-1", "utf-16": "utf-16"}
DELIMITERS = (",", ";", "\t", "|")
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


def load(connection: duckdb.DuckDBPyConnection, question: Question) -> list[str]:
    """Fill ``study_row`` (unit, cluster, arm, stratum, weight, received, outcome_N, covariate_N) and return remarks.

    Raises InputError where the file or a column cannot be read, naming the column and how many cells are wrong.
    """
    connection.execute(store.statement("study/macros"))
    _read(connection, question)
    numbers = {name: "outcome" for name in question.outcomes}
    numbers |= {name: what for what, name in (("received", question.received), ("weight", question.weight)) if name}
    for name, what in numbers.items():
        _require_numbers(connection, question.file, name, what)
    if question.weight:
        _require_positive(connection, question.file, question.weight)
    connection.execute(_rows(question, _none_is_control(connection, question)))
    return _remarks(connection, question)


def quoted(name: str) -> str:
    """Return the name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _read(connection: duckdb.DuckDBPyConnection, question: Question) -> None:
    """Fill ``study_cell`` with the named columns as text, with the row's number in the file."""
    file = question.file
    if not file.is_file():
        raise InputError("there is no such file", where=str(file), remedy="name a CSV or Parquet file.")
    with file.open("rb") as opened:
        start = opened.read(4)
    if start.startswith(b"PK\x03\x04"):
        raise InputError("this is a spreadsheet or archive", where=str(file), remedy="save it as CSV UTF-8.")
    for reader, values, found in _readers(connection, file, start):
        names = {name: _column(question, name, found) for name in question.columns}
        cells = ", ".join(f"CAST({quoted(real)} AS VARCHAR) AS {quoted(name)}" for name, real in names.items())
        try:
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE study_cell AS SELECT row_number() OVER () AS row, {cells} FROM {reader}",
                values,
            )
        except duckdb.Error:
            continue
        if connection.execute("SELECT count(*) FROM study_cell").fetchone() == (0,):
            raise InputError("there is no row below the header", where=str(file), remedy="check the extract.")
        return
    kind = "Parquet" if start == b"PAR1" else "CSV"
    remedy = (
        "check quotes and delimiters, that every row has as many fields as the header, and no two columns one name."
    )
    raise InputError(f"the file cannot be read as {kind}", where=str(file), remedy=remedy)


def _readers(connection: duckdb.DuckDBPyConnection, file: Path, start: bytes) -> Iterator[Reader]:
    """Give the ways to read the file, each with its parameters and the columns' names.

    The first line is the header, whatever follows: a reader that guesses might begin further down.
    """
    if start == b"PAR1":
        with contextlib.suppress(duckdb.Error):
            cursor = connection.execute("FROM read_parquet(?) LIMIT 0", [str(file)])
            yield "read_parquet(?)", [str(file)], [column[0] for column in cursor.description or ()]
        return
    packed = start.startswith(b"\x1f\x8b")
    for encoding, codec in ENCODINGS.items():
        try:
            with (
                gzip.open(file, "rt", encoding=codec, newline="")
                if packed
                else file.open(encoding=codec, newline="") as opened
            ):
                first = opened.readline()
            delimiter = max(DELIMITERS, key=first.count)
            header = next(csv.reader([first], delimiter=delimiter), [])
        except (UnicodeError, OSError, EOFError, zlib.error, csv.Error):
            continue
        if header and len({name.casefold() for name in header}) == len(header):
            query = (
                "read_csv(?, delim = ?, columns = ?, header = true, auto_detect = false, quote = '\"', escape = '\"', "
                f"compression = '{'gzip' if packed else 'none'}', encoding = '{encoding}')"
            )
            yield query, [str(file), delimiter, dict.fromkeys(header, "VARCHAR")], header


def _column(question: Question, name: str, found: Sequence[str]) -> str:
    """Return the file's column of that name; another case will do where only one column can be meant."""
    alike = [column for column in found if column.strip().casefold() == name.strip().casefold()]
    if name not in found and len(alike) != 1:
        shown = ", ".join(found[:30]) + (" …" if len(found) > 30 else "")
        raise InputError(f"there is no column {name!r}", where=str(question.file), remedy=f"its columns are: {shown}.")
    return name if name in found else alike[0]


def _require_numbers(connection: duckdb.DuckDBPyConnection, file: Path, name: str, what: str) -> None:
    column = quoted(name)
    wrong, first = connection.execute(
        f"SELECT count(*), min(row) FROM study_cell WHERE told({column}) IS NOT NULL AND number({column}) IS NULL"
    ).fetchall()[0]
    if wrong:
        raise InputError(
            f"{wrong} cells are neither numbers nor yes and no, the first in data row {first}",
            where=f"{file}: {what} {name!r}",
            remedy="write numbers with a decimal point, or 0 and 1; leave a missing value empty.",
        )


def _require_positive(connection: duckdb.DuckDBPyConnection, file: Path, name: str) -> None:
    query = f"SELECT count(*), min(row) FROM study_cell WHERE number({quoted(name)}) < 0"
    wrong, first = connection.execute(query).fetchall()[0]
    if wrong:
        problem = f"{wrong} weights are below zero, the first in data row {first}"
        raise InputError(problem, where=f"{file}: weight {name!r}", remedy="a weight is how many a row stands for.")


def _none_is_control(connection: duckdb.DuckDBPyConnection, question: Question) -> bool:
    """Tell whether cells without a label are the control group: its name is one for nothing, which no label has."""
    named, none, other = connection.execute(
        f"SELECT count(*) FILTER (WHERE label({quoted(question.arm)}) = $control), label($control) IS NULL OR "
        f"told($control) IS NULL, count(*) FILTER (WHERE label({quoted(question.arm)}) IS NULL) FROM study_cell",
        {"control": question.control or ""},
    ).fetchall()[0]
    return question.control is not None and bool(none) and not named and bool(other)


def _rows(question: Question, none_is_control: bool) -> str:
    """Return the statement that fills ``study_row``. A row without weight, or of weight 0, stands for nobody."""
    arm = f"label({quoted(question.arm)})"
    if none_is_control:
        name = (question.control or "").replace("'", "''")
        arm = f"coalesce({arm}, '{name}')"
    own = "'row ' || row"
    unit = f"coalesce('unit ' || told({quoted(question.unit)}), {own})" if question.unit else own
    cluster = f"coalesce('cluster ' || told({quoted(question.cluster)}), {unit})" if question.cluster else unit
    stratum = " || '/' || ".join(f"coalesce(told({quoted(name)}), '')" for name in question.strata) or "''"
    columns = [
        f"row, {unit} AS unit, {cluster} AS cluster, {arm} AS arm, {stratum} AS stratum",
        f"{f'number({quoted(question.weight)})' if question.weight else '1.0::DOUBLE'} AS weight",
        f"{f'coalesce(number({quoted(question.received)}), 0)' if question.received else '0.0::DOUBLE'} AS received",
        *(f"number({quoted(name)}) AS outcome_{place}" for place, name in enumerate(question.outcomes)),
        *(f"told({quoted(name)}) AS covariate_{place}" for place, name in enumerate(question.covariates)),
    ]
    return (
        f"CREATE OR REPLACE TEMP TABLE study_row AS FROM (SELECT {', '.join(columns)} FROM study_cell) "
        "WHERE arm IS NOT NULL AND weight > 0"
    )


def _remarks(connection: duckdb.DuckDBPyConnection, question: Question) -> list[str]:
    rows, kept = connection.execute(
        "SELECT (SELECT count(*) FROM study_cell), (SELECT count(*) FROM study_row)"
    ).fetchall()[0]
    remarks = [f"{rows - kept} rows without an arm or a weight are left out"] if rows > kept else []
    if question.received:
        unknown = connection.execute(
            f"SELECT count(*) FROM study_cell WHERE told({quoted(question.received)}) IS NULL"
        ).fetchall()[0][0]
        remarks += [f"{unknown} rows do not say what was received; they count as not received"] if unknown else []
    return remarks
