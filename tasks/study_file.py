"""Read an experiment's file into the table ``study_row`` of a scratch database: one row per row that has an arm.

CSV or Parquet, gzip or not. Every cell is read as text and understood by tasks/sql/study/macros.sql, so that labels
stay as they are written. No message repeats what stands in a cell other than an arm's label.
"""

from pathlib import Path

import duckdb

from campaigns.errors import InputError
from tasks import store
from tasks.sql_words import literal, quoted
from tasks.study_cells import Question, read_cells

__all__ = ["Question", "load", "quoted"]


def load(connection: duckdb.DuckDBPyConnection, question: Question) -> list[str]:
    """Fill ``study_row`` (unit, cluster, arm, stratum, weight, received, outcome_N, covariate_N) and return remarks.

    Raises InputError where the file or a column cannot be read, naming the column and how many cells are wrong.
    """
    connection.execute(store.statement("study/macros"))
    read_cells(connection, question)
    numbers = {name: "outcome" for name in question.outcomes}
    numbers |= {name: what for what, name in (("received", question.received), ("weight", question.weight)) if name}
    for name, what in numbers.items():
        _require_numbers(connection, question.file, name, what)
    if question.weight:
        _require_positive(connection, question.file, question.weight)
    connection.execute(_rows(question, _none_is_control(connection, question)))
    return _remarks(connection, question)


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
        arm = f"coalesce({arm}, {literal(question.control or '')})"
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
