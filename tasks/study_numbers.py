"""Whether a covariate's column holds numbers."""

import duckdb

from campaigns.errors import InputError


def refuse_broken_numbers(connection: duckdb.DuckDBPyConnection, column: str, name: str) -> None:
    """Raise InputError where half of a column's many values are numbers: as labels they would hide an imbalance."""
    known, plain, commas = connection.execute(
        f"SELECT count({column}), count(TRY_CAST({column} AS DOUBLE)), "
        f"count(TRY_CAST(replace({column}, ',', '.') AS DOUBLE)) FROM study_row"
    ).fetchall()[0]
    if 2 * commas >= known and commas > plain:
        raise InputError(
            f"covariate {name!r} has {commas - plain} numbers with a decimal comma", where="--covariates",
            remedy="write a decimal point, or leave the covariate out.",
        )  # fmt: skip
    if 2 * plain >= known:
        raise InputError(
            f"covariate {name!r} has {plain} numbers and {known - plain} values that are none", where="--covariates",
            remedy="mend these values or leave their cells empty, or leave the covariate out.",
        )  # fmt: skip


def number_of(connection: duckdb.DuckDBPyConnection, column: str) -> str:
    """Return the SQL of a column of ``study_row`` as a number."""
    query = "SELECT data_type FROM duckdb_columns() WHERE table_name = 'study_row' AND column_name = ?"
    return column if ("DOUBLE",) in connection.execute(query, [column]).fetchall() else f"number({column})"
