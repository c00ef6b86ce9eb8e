"""The groups of an experiment that got the same channels, as the learning and the evaluation of channels read them."""

import duckdb

from tasks import store
from tasks.contact_sequences import LATER_CONTACT, SAME_CHANNEL
from tasks.contrasts import Group
from tasks.estimate import Sums


def read_groups(connection: duckdb.DuckDBPyConnection, run: str) -> tuple[list[Group], list[Group]]:
    """Return treated and held-out groups of ``cluster_sum``."""
    values = {"run": run, "later": LATER_CONTACT, "repeated": SAME_CHANNEL}
    arms: dict[str, list[Group]] = {"treated": [], "holdout": []}
    for segment, size, arm, exposure, *sums, persons in connection.execute(
        store.statement("lessons/groups"), values
    ).fetchall():
        arms[arm].append(Group(segment, size, exposure or {}, Sums(*sums), persons))
    return arms["treated"], arms["holdout"]
