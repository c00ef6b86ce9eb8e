"""An analyst's question to the snapshot."""

from typing import Any

import duckdb

from campaigns.errors import InputError
from tasks import store
from tasks.workplace import Workplace


def ask(workplace: Workplace, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run one query on the read-only snapshot, without access to files or settings; returns columns and rows."""
    with store.reading(workplace) as connection:
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        try:
            result = connection.execute(sql)
            return [column[0] for column in result.description or []], result.fetchall()
        except duckdb.Error as error:
            raise InputError(
                f"the query cannot be answered: {type(error).__name__}",
                remedy="docs/data.md lists every table and column; the snapshot can only be read.",
            ) from None
