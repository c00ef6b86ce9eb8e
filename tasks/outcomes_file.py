"""A file of outcomes, CSV or Parquet, as rows of text; nothing is taken from its name or its folder."""

import codecs
import csv
import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from campaigns.errors import RegisterFileInvalid
from tasks.register_files import LONGEST_SIGN, another_kind
from tasks.sql_words import one_file

UNITS = {"personal_number": "person", "household_id": "household", "area": "area", "unit": "area"}
"""Column of the file: what it observes. A unit is the employees' own word for their area."""
REQUIRED = ("outcome", "value", "observed_on")
LONGEST_HEADER = 10_000
PARQUET = b"PAR1"


def read_rows(connection: duckdb.DuckDBPyConnection, file: Path, preferred: str) -> str:
    """Fill ``incoming_outcome`` (row_number, unit_value and the required columns, as text); returns what it observes.

    ``preferred`` is the unit where the file has several. Raises RegisterFileInvalid where it cannot be read whole.
    """
    columns, source, values = _source(connection, file)
    named = [name for name in UNITS if name in columns]
    missing = [name for name in REQUIRED if name not in columns]
    if missing or not named:
        lacking = [*missing, *([] if named else ["one of " + ", ".join(UNITS)])]
        raise refused(file, f"the columns are missing: {', '.join(lacking)}")
    unit_column = next((name for name in named if UNITS[name] == preferred), named[0])
    try:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE incoming_outcome AS SELECT row_number() OVER () + 1 AS row_number, "
            f'CAST("{columns[unit_column]}" AS VARCHAR) AS unit_value, '
            + ", ".join(f'CAST("{columns[name]}" AS VARCHAR) AS {name}' for name in REQUIRED)
            + f" FROM {source}",
            values,
        )
    except duckdb.Error as error:
        line = re.search(r"Line: (\d+)", str(error))
        where = f"row {line[1]} does not have as many fields as the header" if line else ""
        where = where or other_line_end(file) or "it is not well formed"
        raise refused(file, where) from None
    return UNITS[unit_column]


def _source(connection: duckdb.DuckDBPyConnection, file: Path) -> tuple[dict[str, str], str, list[object]]:
    """Return the file's columns by their plain name, the table function that reads it, and its parameters."""
    if not file.is_file():
        raise refused(file, "there is no such file")
    with file.open("rb") as opened:
        start = opened.read(LONGEST_SIGN)
    if found := another_kind(start):
        raise refused(file, f"this is {found}, and no CSV or Parquet")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise refused(file, "it is written in UTF-16; save it as CSV in UTF-8")
    if start.startswith(PARQUET):
        return _parquet(connection, file)
    encoding = _encoding(file)
    with file.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as text:
        header = text.readline(LONGEST_HEADER)
    delimiter = max(",;\t", key=header.count)
    names = next(csv.reader([header], delimiter=delimiter), [])
    columns = _plain(file, names)
    declared = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in names) + "}"
    options = f"auto_detect=false, header=true, delim='{delimiter}', quote='\"', escape='\"', strict_mode=true"
    options += f", encoding='{encoding}', columns={declared}, hive_partitioning=false"
    return columns, f"read_csv(?, {options})", [one_file(file)]


def _parquet(connection: duckdb.DuckDBPyConnection, file: Path) -> tuple[dict[str, str], str, list[object]]:
    source, values = "read_parquet(?, hive_partitioning = false)", [one_file(file)]
    try:
        names = [row[0] for row in connection.execute(f"DESCRIBE FROM {source}", values).fetchall()]
    except duckdb.Error:
        raise refused(file, "the Parquet file is not whole") from None
    return _plain(file, names), source, [*values]


def _plain(file: Path, names: Sequence[str]) -> dict[str, str]:
    plain = {name.strip().lower(): name for name in names}
    if len(plain) != len(names) or any(re.search(r"[^\w .-]", name) for name in names):
        raise refused(file, "the header names a column twice, or holds signs that no column name has")
    return plain


def _encoding(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as text:
            while text.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def other_line_end(file: Path) -> str:
    """Return which line of a CSV file is the first to end otherwise than its header; empty where none does."""
    names = {b"\r\n": "CR LF", b"\n": "LF", b"\r": "CR"}
    first = ""
    with file.open(encoding="latin-1", newline="") as text:  # every byte is a letter there, and the ends are the same
        for number, line in enumerate(text, 1):
            end = names.get(line[len(line.rstrip("\r\n")) :].encode(), "")
            if first and end and end != first:
                return f"line {number} ends with {end} and the header with {first}; save it with one kind of line end"
            first = first or end
    return ""


def refused(file: Path, problem: str) -> RegisterFileInvalid:
    """Return the refusal of a whole file."""
    return RegisterFileInvalid(
        f"the outcomes file is refused whole: {problem}",
        where=file.name,
        remedy="write one row per unit: personal_number, household_id, area or unit, then outcome, value, observed_on.",
    )
