"""What survey weights leave of an arm: Kish's effective number (1965, 11.7), (Σw)²/Σw², of rows and of clusters.

Where weights are uneven the linearised variance is too small: a heavy row draws the level to itself and has hardly any
residual. It is divided by what equal variances would lose so (Bell and McCaffrey, 2002, for a constant).
"""

from collections.abc import Sequence

import duckdb

from tasks import store
from tasks.estimate import Uneven

FEWEST = 10
"""With less the linearised variance rests on one or two clusters, and false alarms are many."""
UNEVEN = 0.5


def uneven(
    connection: duckdb.DuckDBPyConnection, place: int, arms: Sequence[str]
) -> tuple[tuple[Uneven, ...], list[str]]:
    """Return what the weights of both arms leave, and a remark on each arm where that is below half of its rows.

    Raises ValueError where it is so and below ten.
    """
    query = store.statement("study/weights").replace("outcome_0", f"outcome_{place}")
    found = {arm: figures for arm, *figures in connection.execute(query).fetchall()}
    left, told = [], []
    for arm in arms:
        rows, effective, clusters, of_clusters, kept = found.get(arm, (0, 0.0, 0, 0.0, 1.0))
        short = 1.0
        remark = f"the weights of {arm!r} are so uneven that its {rows} rows tell as little as {effective:.3g} would"
        if effective < UNEVEN * rows:
            if min(effective, of_clusters) < FEWEST:
                raise ValueError(f"{remark}; at least {FEWEST} are needed")
            told.append(remark)
            short = max((clusters - 1) / clusters / kept, 1.0)
        left.append(Uneven(effective, max(of_clusters - 1, 1.0) / max(clusters - 1, 1), short))
    return tuple(left), told
