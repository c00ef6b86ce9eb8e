"""Numbers of an experiment whose squares a machine cannot hold: too large, or so small that they are nothing to it."""

import duckdb

from campaigns.errors import InputError
from tasks.study_cells import Question

LARGEST = 1e30
"""Far beyond what anybody measures; the estimator takes fourth powers of a weight and an outcome."""
SMALLEST = 1e-30
"""Far below what anybody measures in a fitting unit."""


def require_bounded(connection: duckdb.DuckDBPyConnection, question: Question, name: str, what: str) -> None:
    """Raise InputError where a number of a column of ``study_cell`` is beyond ``LARGEST``."""
    query = f"SELECT count(*), min(row) FROM study_cell WHERE abs(number({question.cell(name)})) > {LARGEST!r}"
    wrong, first = connection.execute(query).fetchall()[0]
    if wrong:
        problem = f"{wrong} numbers are beyond {LARGEST:g}, the first in data row {first}"
        where = f"{question.file}: {what} {name!r}"
        raise InputError(problem, where=where, remedy="check the extract, or use a larger unit of measurement.")


def require_measurable(connection: duckdb.DuckDBPyConnection, question: Question) -> None:
    """Raise InputError where a weight is that small, or no number of an outcome or of what was received is larger."""
    columns = [(f"outcome_{place}", name, "outcome") for place, name in enumerate(question.outcomes)]
    columns += [("received", question.received, "received")] if question.received else []
    columns += [("weight", question.weight, "weight")] if question.weight else []
    for column, name, what in columns:
        small, first, largest = connection.execute(
            f"SELECT count(*), min(row), (SELECT max(abs({column})) FROM study_row) FROM study_row "
            f"WHERE {column} <> 0 AND abs({column}) < {SMALLEST!r}"
        ).fetchall()[0]
        if small and (what == "weight" or largest < SMALLEST):
            problem = f"{small} numbers are not 0 and yet below {SMALLEST:g}, the first in data row {first}"
            where = f"{question.file}: {what} {name!r}"
            raise InputError(problem, where=where, remedy="check the extract, or use a smaller unit of measurement.")
