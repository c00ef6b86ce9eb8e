"""Counts of a run's plan and persons that stay hidden everywhere, as ``tasks.published_figures`` has found them."""

from typing import TypeAlias

import duckdb

Name: TypeAlias = tuple[str, str, str]
"""Wave (empty for a sum over them), figure (channel, segment, persons or messages) and name."""
MESSAGES, ALL_CHANNELS = "messages", "all"
"""The figure of how many messages a channel carries over the waves, and the name of the sum of all channels."""


def hidden_figures(connection: duckdb.DuckDBPyConnection, run: str) -> set[Name]:
    """Return what of a run's plan and of its sums of persons no page, mail or answer may tell."""
    rows = connection.execute("SELECT wave, figure, name FROM hidden_figure WHERE run = ?", [run]).fetchall()
    return {(wave, figure, name) for wave, figure, name in rows}


def untold_channels(hidden: set[Name]) -> set[str]:
    """Return the channels of which a count would tell a small group, in a wave or over all; ``all`` is their sum."""
    return {name for _, figure, name in hidden if figure in ("channel", MESSAGES)}
