"""What an experiment's file lacks, and where one arm lost more than another."""

from collections.abc import Sequence

import duckdb

from tasks.estimate import two_shares_p

UNEVEN_LOSS = 0.01
Losses = Sequence[tuple[str, int, int]]


def of_outcome(connection: duckdb.DuckDBPyConnection, place: int, name: str) -> list[str]:
    """Tell how many outcomes are missing, and where one arm lost others than another."""
    lost = connection.execute(
        f"SELECT arm, count(*) - count(outcome_{place}), count(*) FROM study_row GROUP BY arm ORDER BY arm"
    ).fetchall()
    return [f"missing values of {name!r} are left out ({_by_arm(lost)}){_uneven(lost)}"]


def of_weights(connection: duckdb.DuckDBPyConnection, arm: str, weight: str) -> list[str]:
    """Tell which arms' rows have no weight, or weight 0, where any has none; ``arm`` and ``weight`` are SQL."""
    lost = connection.execute(
        f"SELECT {arm} AS arm, count(*) - count(*) FILTER (number({weight}) > 0), count(*) FROM study_cell "
        "GROUP BY 1 HAVING arm IS NOT NULL ORDER BY 1"
    ).fetchall()
    if not any(missing for _, missing, _ in lost):
        return []
    return [f"rows without a weight stand for nobody ({_by_arm(lost)}){_uneven(lost)}"]


def _by_arm(lost: Losses) -> str:
    return ", ".join(f"{arm}: {missing} of {rows}" for arm, missing, rows in lost)


def _uneven(lost: Losses) -> str:
    ps = [two_shares_p(*one[1:], *other[1:]) for one in lost for other in lost if one[0] < other[0]]
    told = ": the arms lost unlike shares, so the effect may be of who answered"
    return told if min(ps, default=1) < UNEVEN_LOSS else ""
