"""Counts of a run's plan and persons that stay hidden everywhere, as ``tasks.published_figures`` has found them."""

from typing import TypeAlias

import duckdb

Name: TypeAlias = tuple[str, str, str]
"""Wave (empty for a sum over them), figure (channel, segment or persons) and name."""


def hidden_figures(connection: duckdb.DuckDBPyConnection, run: str) -> set[Name]:
    """Return what of a run's plan and of its sums of persons no page, mail or answer may tell."""
    rows = connection.execute("SELECT wave, figure, name FROM hidden_figure WHERE run = ?", [run]).fetchall()
    return {(wave, figure, name) for wave, figure, name in rows}
