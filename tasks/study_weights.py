"""What survey weights leave of an arm: Kish's effective number (1965, 11.7), (Σw)²/Σw², of rows and of clusters.

Where weights are uneven the linearised variance is too small: a heavy row draws the level to itself and has hardly any
residual. It is divided by what equal variances would lose so (Bell and McCaffrey, 2002, for a constant).
"""

from collections.abc import Sequence
from typing import NamedTuple

import duckdb

from tasks import store
from tasks.estimate import Uneven

FEWEST = 10
"""With less the linearised variance rests on one or two clusters, and false alarms are many."""
UNEVEN = 0.5


class Weights(NamedTuple):
    """One arm's rows with an outcome and their effective number, its clusters and theirs.

    ``kept`` is the share of equal variances that the clusters' residuals keep: 1 − 2 Σm³/(Σm Σm²) + Σm²/(Σm)².
    """

    rows: int = 0
    effective: float = 0.0
    clusters: int = 0
    effective_clusters: float = 0.0
    kept: float = 1.0

    @property
    def lopsided(self) -> bool:
        """Whether they tell less than half as much as equal weights would."""
        return self.effective < UNEVEN * self.rows

    @property
    def tell_too_little(self) -> bool:
        """Whether so little is left that nothing can be told."""
        return self.lopsided and min(self.effective, self.effective_clusters) < FEWEST

    @property
    def left(self) -> Uneven:
        """What the weights leave."""
        freedom = max(self.effective_clusters - 1, 1.0) / max(self.clusters - 1, 1)
        short = max((self.clusters - 1) / self.clusters / self.kept, 1.0) if self.lopsided else 1.0
        return Uneven(self.effective, freedom, short)


def uneven(
    connection: duckdb.DuckDBPyConnection, place: int, arms: Sequence[str]
) -> tuple[tuple[Uneven, ...], list[str]]:
    """Return what the weights of both arms leave, and a remark on each arm where that is below half of its rows.

    Raises ValueError where it is so and below ten.
    """
    query = store.statement("study/weights").replace("outcome_0", f"outcome_{place}")
    found = {arm: Weights(*figures) for arm, *figures in connection.execute(query).fetchall()}
    told = []
    for arm, weights in ((arm, found.get(arm, Weights())) for arm in arms):
        remark = (
            f"the weights of {arm!r} are so uneven that its {weights.rows} rows tell as little as "
            f"{weights.effective:.3g} would"
        )
        if weights.tell_too_little:
            raise ValueError(f"{remark}; at least {FEWEST} are needed")
        told += [remark] if weights.lopsided else []
    return tuple(found.get(arm, Weights()).left for arm in arms), told
