"""Outcomes: a file from a line of business becomes pseudonymous rows that an evaluation can use."""

import csv
import hashlib
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from campaigns.errors import RegisterFileInvalid
from tasks import looks, runs, store
from tasks.drawn_people import OBSERVED_BEFORE
from tasks.local_time import today
from tasks.outcome_units import NOT_KNOWN, expected_units
from tasks.outcomes_file import read_rows, refused
from tasks.verdicts import is_share
from tasks.workplace import Workplace

REASONS = {
    "unknown_outcome": "the outcome is neither that of the objective nor of a measure",
    "value_not_a_number": "the value is missing or not a number",
    "outside_share": "the outcome is a share, and its value lies outside 0 to 1",
    "date_not_valid": "the date is missing or not written YYYY-MM-DD",
    "before_start": "the day lies before the campaign, and `observed_before` is not among the brief's covariates",
    "unit_not_valid": "the personal number, household or area is missing or not valid",
    "unit_not_in_audience": "the person, household or area is not in the audience of the run",
    "contradicting_rows": "the file holds another value for the same unit and day",
}


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
        unit = read_rows(connection, file, objective.unit)
        if known.brief.is_internal and unit != "area":
            raise _per_person(file)
        values = {"run": known.run, "unit": unit}
        named = [objective.outcome, *known.brief.measured]
        share = objective.outcome if is_share(objective, objective.target) else None
        known_before = OBSERVED_BEFORE in known.brief.covariates
        since = None if known_before else looks.window(known, 1).since
        asked = {**values, "outcomes": named, "share": share, "since": since}
        connection.execute(store.statement("outcomes/judge"), asked)
        connection.execute(store.statement("outcomes/replace"), values)
        stored = connection.execute(store.statement("outcomes/store"), values).fetchall()[0][0]
        rejected = _count_rejected(connection)
        read = _count(connection, "SELECT count(*) FROM incoming_outcome")
        if not read:
            raise refused(file, "there is no row below the header")
        future = "SELECT count(*) FROM judged_outcome WHERE reason IS NULL AND observed_on > $today::DATE"
        after_today = _count(connection, future, today=today().isoformat())
        rejects = _write_rejects(connection, workplace, known.run, file) if rejected else None
        expected = expected_units(connection, known.run, unit) if NOT_KNOWN & set(rejected) else None
        store.keep_evidence(connection, workplace, known.run, ["outcome"])
    merged = read - stored - sum(rejected.values())
    return OutcomeCounts(read, stored, merged, rejected, str(rejects) if rejects else None, after_today, expected)


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
