"""An analyst's question to the snapshot."""

from typing import Any

import duckdb

from campaigns.errors import InputError
from campaigns.period import Period
from tasks import store
from tasks.period_views import look_at
from tasks.workplace import Workplace

QUESTIONS = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
"""``DESCRIBE`` and ``SHOW`` are kinds of SELECT to DuckDB."""


def ask(workplace: Workplace, sql: str, period: Period | None = None) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run one query on the read-only snapshot, without access to files or settings; returns columns and rows.

    The views about a period follow ``period``, or are about everything.
    """
    with store.reading(workplace) as connection:
        look_at(connection, period)
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        try:
            statements = duckdb.extract_statements(sql)
            if len(statements) != 1:
                raise InputError("one query is answered at a time", remedy="give exactly one SELECT.")
            if statements[0].type not in QUESTIONS:
                raise InputError(
                    f"only questions are answered, and this is a {statements[0].type.name}",
                    remedy="ask with SELECT, DESCRIBE or EXPLAIN; nothing can be changed from here.",
                )
            result = connection.execute(sql)
            return [column[0] for column in result.description or []], result.fetchall()
        except duckdb.Error as error:
            raise InputError(
                f"the query cannot be answered: {_reason(error)}",
                remedy="docs/data.md lists every table and column; the snapshot can only be read.",
            ) from None


def _reason(error: duckdb.Error) -> str:
    """Return DuckDB's own words where they are about the query, and only the kind where they may quote a value."""
    about_the_query = isinstance(error, duckdb.ParserException | duckdb.CatalogException | duckdb.BinderException)
    return str(error).splitlines()[0] if about_the_query else type(error).__name__
