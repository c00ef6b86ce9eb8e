"""Outcomes: a file from a line of business becomes pseudonymous rows that an evaluation can use."""

import codecs
import csv
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from campaigns.errors import RegisterFileInvalid
from tasks import runs, store
from tasks.local_time import CITY
from tasks.outcome_units import NOT_KNOWN, expected_units
from tasks.register_files import LONGEST_SIGN, another_kind
from tasks.sql_words import one_file
from tasks.verdicts import is_share
from tasks.workplace import Workplace

UNITS = {"personal_number": "person", "household_id": "household", "area": "area", "unit": "area"}
"""Column of the file: what it observes. A unit is the employees' own word for their area."""
REQUIRED = ("outcome", "value", "observed_on")
REASONS = {
    "unknown_outcome": "the outcome is neither that of the objective nor of a measure",
    "value_not_a_number": "the value is missing or not a number",
    "outside_share": "the outcome is a share, and its value lies outside 0 to 1",
    "date_not_valid": "the date is missing or not written YYYY-MM-DD",
    "unit_not_valid": "the personal number, household or area is missing or not valid",
    "unit_not_in_audience": "the person, household or area is not in the audience of the run",
    "contradicting_rows": "the file holds another value for the same unit and day",
}


LONGEST_HEADER = 10_000
PARQUET = b"PAR1"


@dataclass(frozen=True)
class OutcomeCounts:
    """What became of the rows of one file: ``read`` = ``stored`` + ``merged`` + the sum of ``rejected``.

    ``after_today`` of the accepted rows are dated in the future; ``expected`` tells how units are named, where a row
    names one that is not known.
    """

    read: int
    stored: int
    merged: int
    rejected: dict[str, int]
    rejects: str | None
    after_today: int = 0
    expected: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the counts as one JSON-ready object."""
        return asdict(self)


def import_outcomes(workplace: Workplace, run: str, file: Path) -> OutcomeCounts:
    """Read a CSV or Parquet file of outcomes into the run, replacing what it observes anew.

    The columns are ``outcome``, ``value``, ``observed_on`` (YYYY-MM-DD) and one of ``personal_number``,
    ``household_id``, ``area`` and ``unit``, which is the employees'. Rows that cannot be used are written with number
    and reason, without values, to ``runs/RUN/rejects-outcomes-*.csv``. Raises RegisterFileInvalid where the file as a
    whole cannot be read, or observes employees one by one; nothing of a failed import remains.
    """
    with store.writing(workplace) as connection:
        known = runs.load_within(connection, run)
        objective = known.brief.objective
        unit = _read_rows(connection, file, objective.unit)
        if known.brief.is_internal and unit != "area":
            raise _per_person(file)
        values = {"run": known.run, "unit": unit}
        named = [objective.outcome, *known.brief.measured]
        share = objective.outcome if is_share(objective, objective.target) else None
        connection.execute(store.statement("outcomes/judge"), {**values, "outcomes": named, "share": share})
        connection.execute(store.statement("outcomes/replace"), values)
        stored = connection.execute(store.statement("outcomes/store"), values).fetchall()[0][0]
        rejected = _count_rejected(connection)
        read = _count(connection, "SELECT count(*) FROM incoming_outcome")
        if not read:
            raise _refused(file, "there is no row below the header")
        future = "SELECT count(*) FROM judged_outcome WHERE reason IS NULL AND observed_on > $today::DATE"
        after_today = _count(connection, future, today=datetime.now(CITY).date().isoformat())
        rejects = _write_rejects(connection, workplace, known.run, file) if rejected else None
        expected = expected_units(connection, known.run, unit) if NOT_KNOWN & set(rejected) else None
        store.keep_evidence(connection, workplace, known.run, ["outcome"])
    merged = read - stored - sum(rejected.values())
    return OutcomeCounts(read, stored, merged, rejected, str(rejects) if rejects else None, after_today, expected)


def _read_rows(connection: duckdb.DuckDBPyConnection, file: Path, preferred: str) -> str:
    columns, source, values = _source(connection, file)
    named = [name for name in UNITS if name in columns]
    missing = [name for name in REQUIRED if name not in columns]
    if missing or not named:
        lacking = [*missing, *([] if named else ["one of " + ", ".join(UNITS)])]
        raise _refused(file, f"the columns are missing: {', '.join(lacking)}")
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
        where = f"row {line[1]} does not have as many fields as the header" if line else "it is not well formed"
        raise _refused(file, where) from None
    return UNITS[unit_column]


def _source(connection: duckdb.DuckDBPyConnection, file: Path) -> tuple[dict[str, str], str, list[object]]:
    """Return the file's columns by their plain name, the table function that reads it, and its parameters."""
    if not file.is_file():
        raise _refused(file, "there is no such file")
    with file.open("rb") as opened:
        start = opened.read(LONGEST_SIGN)
    if found := another_kind(start):
        raise _refused(file, f"this is {found}, and no CSV or Parquet")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _refused(file, "it is written in UTF-16; save it as CSV in UTF-8")
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
        raise _refused(file, "the Parquet file is not whole") from None
    return _plain(file, names), source, [*values]


def _plain(file: Path, names: Sequence[str]) -> dict[str, str]:
    plain = {name.strip().lower(): name for name in names}
    if len(plain) != len(names) or any(re.search(r"[^\w .-]", name) for name in names):
        raise _refused(file, "the header names a column twice, or holds signs that no column name has")
    return plain


def _encoding(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as text:
            while text.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _refused(file: Path, problem: str) -> RegisterFileInvalid:
    return RegisterFileInvalid(
        f"the outcomes file is refused whole: {problem}",
        where=file.name,
        remedy="write one row per unit: personal_number, household_id, area or unit, then outcome, value, observed_on.",
    )


def _per_person(file: Path) -> RegisterFileInvalid:
    return RegisterFileInvalid(
        "the outcomes file is refused whole: it observes employees one by one, who are followed per unit alone (P8b)",
        where=file.name,
        remedy="let the line of business sum up: one row per unit with unit, outcome, value, observed_on.",
    )


def _count_rejected(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    rows = connection.execute(
        "SELECT reason, count(*) FROM judged_outcome WHERE reason IS NOT NULL GROUP BY reason ORDER BY reason"
    ).fetchall()
    return {reason: count for reason, count in rows}


def _count(connection: duckdb.DuckDBPyConnection, query: str, **values: str) -> int:
    return int(connection.execute(query, values).fetchall()[0][0])


def _write_rejects(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str, file: Path) -> Path:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    path = workplace.run_folder(run) / f"rejects-outcomes-{digest}.csv"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    rows = connection.execute(
        "SELECT row_number, reason FROM judged_outcome WHERE reason IS NOT NULL ORDER BY row_number"
    ).fetchall()
    draft = path.with_suffix(".draft")
    with draft.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["row", "reason", "explanation"])
        writer.writerows((row, reason, REASONS[reason]) for row, reason in rows)
    os.replace(draft, path)
    return path
