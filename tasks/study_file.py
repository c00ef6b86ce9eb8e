"""Read an experiment's file into the table ``study_row`` of a scratch database: one row per row that has an arm.

CSV or Parquet, gzip or not. Every cell is read as text and understood by tasks/sql/study/macros.sql, so that labels
stay as they are written. No message repeats what stands in a cell other than an arm's label.
"""

import duckdb

from campaigns.errors import InputError
from tasks import store, study_losses, study_sizes
from tasks.sql_words import literal
from tasks.study_cells import Question, read_cells

__all__ = ["Question", "load"]


def load(connection: duckdb.DuckDBPyConnection, question: Question) -> list[str]:
    """Fill ``study_row`` (unit, cluster, arm, stratum, weight, received, outcome_N, covariate_N) and return remarks.

    Raises InputError where the file or a column cannot be read, naming the column and how many cells are wrong.
    """
    connection.execute(store.statement("study/macros"))
    read_cells(connection, question)
    numbers = {name: "outcome" for name in question.outcomes}
    numbers |= {name: what for what, name in (("received", question.received), ("weight", question.weight)) if name}
    for name, what in numbers.items():
        _require_numbers(connection, question, name, what)
    for name, what in (numbers | dict.fromkeys(question.covariates, "covariate")).items():
        study_sizes.require_bounded(connection, question, name, what)
    if question.weight:
        _require_positive(connection, question, question.weight)
    arm = _arm(connection, question)
    connection.execute(_rows(question, arm))
    weight = [question.cell(question.weight)] if question.weight else []
    return _remarks(connection, question) + [
        told for cell in weight for told in study_losses.of_weights(connection, arm, cell)
    ]


def _require_numbers(connection: duckdb.DuckDBPyConnection, question: Question, name: str, what: str) -> None:
    column = question.cell(name)
    wrong, first = connection.execute(
        f"SELECT count(*), min(row) FROM study_cell WHERE told({column}) IS NOT NULL AND number({column}) IS NULL"
    ).fetchall()[0]
    if wrong:
        raise InputError(
            f"{wrong} cells are neither numbers nor yes and no, the first in data row {first}",
            where=f"{question.file}: {what} {name!r}",
            remedy="write numbers with a decimal point, or 0 and 1; leave a missing value empty.",
        )


def _require_positive(connection: duckdb.DuckDBPyConnection, question: Question, name: str) -> None:
    query = f"SELECT count(*), min(row) FROM study_cell WHERE number({question.cell(name)}) < 0"
    wrong, first = connection.execute(query).fetchall()[0]
    if wrong:
        problem = f"{wrong} weights are below zero, the first in data row {first}"
        raise InputError(
            problem, where=f"{question.file}: weight {name!r}", remedy="a weight is how many a row stands for."
        )


def _arm(connection: duckdb.DuckDBPyConnection, question: Question) -> str:
    """Return the SQL of a row's arm."""
    arm = f"label({question.cell(question.arm)})"
    if _none_is_control(connection, question):
        arm = f"coalesce({arm}, {literal(question.control or '')})"
    return arm


def _none_is_control(connection: duckdb.DuckDBPyConnection, question: Question) -> bool:
    """Tell whether cells without a label are the control group: its name is one for nothing, which no label has."""
    named, none, other = connection.execute(
        f"SELECT count(*) FILTER (WHERE label({question.cell(question.arm)}) = $control), label($control) IS NULL OR "
        f"told($control) IS NULL, count(*) FILTER (WHERE label({question.cell(question.arm)}) IS NULL) FROM study_cell",
        {"control": question.control or ""},
    ).fetchall()[0]
    return question.control is not None and bool(none) and not named and bool(other)


def _rows(question: Question, arm: str) -> str:
    """Return the statement that fills ``study_row``. A row without weight, or of weight 0, stands for nobody."""
    own = "'row ' || row"
    unit = f"coalesce('unit ' || told({question.cell(question.unit)}), {own})" if question.unit else own
    cluster = f"coalesce('cluster ' || told({question.cell(question.cluster)}), {unit})" if question.cluster else unit
    stratum = " || '/' || ".join(f"coalesce(told({question.cell(name)}), '')" for name in question.strata) or "''"
    received = f"coalesce(number({question.cell(question.received)}), 0)" if question.received else "0.0::DOUBLE"
    columns = [
        f"row, {unit} AS unit, {cluster} AS cluster, {arm} AS arm, {stratum} AS stratum",
        f"{f'number({question.cell(question.weight)})' if question.weight else '1.0::DOUBLE'} AS weight",
        f"{received} AS received",
        *(f"number({question.cell(name)}) AS outcome_{place}" for place, name in enumerate(question.outcomes)),
        *(f"told({question.cell(name)}) AS covariate_{place}" for place, name in enumerate(question.covariates)),
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
    if question.unit:
        blank = connection.execute(
            f"SELECT count(*) FROM study_cell WHERE told({question.cell(question.unit)}) IS NULL"
        ).fetchall()[0][0]
        remarks += [f"{blank} rows do not say whose they are; each counts as a unit of its own"] if blank else []
    alike = connection.execute(
        "SELECT string_agg(arm, ', ' ORDER BY arm) FROM (SELECT DISTINCT arm FROM study_row) GROUP BY lower(arm) "
        "HAVING count(*) > 1 ORDER BY 1"
    ).fetchall()
    remarks += [f"arms that differ only in capital letters are arms of their own: {names}" for (names,) in alike]
    if question.received:
        unknown = connection.execute(
            f"SELECT count(*) FROM study_cell WHERE told({question.cell(question.received)}) IS NULL"
        ).fetchall()[0][0]
        remarks += [f"{unknown} rows do not say what was received; they count as not received"] if unknown else []
    return remarks
