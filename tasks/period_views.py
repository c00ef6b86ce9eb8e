"""The views about a period, looked at for one."""

import duckdb

from campaigns.period import Period


def look_at(connection: duckdb.DuckDBPyConnection, period: Period | None) -> None:
    """Let the views about a period follow this one for as long as the connection is open; None: everything."""
    if period is not None:
        connection.execute("SET VARIABLE period_first = ?::DATE", [period.first_day])
        connection.execute("SET VARIABLE period_last = ?::DATE", [period.last_day])
