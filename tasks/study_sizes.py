"""Numbers of an experiment so small that their squares are nothing to a machine: refused, as the largest are."""

import duckdb

from campaigns.errors import InputError
from tasks.study_cells import Question

SMALLEST = 1e-30
"""Far below what anybody measures in a fitting unit; the estimator takes fourth powers."""


def require_sizes(connection: duckdb.DuckDBPyConnection, question: Question) -> None:
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
