"""The difference between two arms from ``study_cluster_sum``, whatever arms and strata their clusters lie in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import duckdb

from tasks import store
from tasks.estimate import Bounds, OwnVariance, Sums, Uneven, compare
from tasks.estimation import strata as strata_of
from tasks.estimation.intervals import Difference, Part

Arms = tuple[str, str]
Levels = list[tuple[str, str, float, float]]
CROSSING = """
SELECT coalesce(bool_or(first_arm <> last_arm), false) AS shared, coalesce(bool_or(cells > 1), false) AS crossing
FROM (
    SELECT count(*) AS cells, min(arm) AS first_arm, max(arm) AS last_arm
    FROM study_cluster_sum WHERE arm IN (?, ?) GROUP BY cluster
)
"""


@dataclass(frozen=True)
class Asked:
    """What is to be compared: the outcome minus ``slope`` times what was received, or the latter alone.

    ``share``, ``origin`` and ``bounds`` as in ``estimate.compare``.
    """

    share: bool = False
    origin: float = 0.0
    bounds: Bounds | None = None
    slope: float = 0.0
    received: bool = False


@dataclass(frozen=True)
class Estimator:
    """Two arms of the sums in ``study_cluster_sum``; ``population`` holds the units that each stratum weighs by."""

    connection: duckdb.DuckDBPyConnection
    arms: Arms
    population: Mapping[str, float]
    uneven: Sequence[Uneven] = ()

    def estimate(self, asked: Asked) -> tuple[Difference, int]:
        """Return the difference, and how many strata have only one of the arms.

        Raises ValueError where an arm has fewer than two clusters.
        """
        sums = self._sums(asked)
        shared, crossing = self.connection.execute(CROSSING, [*self.arms]).fetchall()[0]
        if crossing:
            return self._joint(asked, sums, shared=shared)
        strata = strata_of.comparable(*sums, self.population)
        found = strata_of.difference(
            strata, share=asked.share, origin=asked.origin, bounds=asked.bounds, uneven=self.uneven
        )
        return found, strata.left_out

    def _sums(self, asked: Asked) -> tuple[dict[str, Sums], dict[str, Sums]]:
        names = {"treated": self.arms[0], "control": self.arms[1]}
        values = {**names, "slope": asked.slope, "received": asked.received}
        rows = self.connection.execute(store.statement("study/sums"), values).fetchall()
        treated, control = ({row[0]: Sums(*row[2:]) for row in rows if row[1] == arm} for arm in self.arms)
        return treated, control

    def _joint(
        self, asked: Asked, sums: tuple[dict[str, Sums], dict[str, Sums]], *, shared: bool
    ) -> tuple[Difference, int]:
        """Estimate where a cluster has members in both arms or in several strata: its scores are summed first."""
        names = sorted(set(sums[0]) & set(sums[1]))
        if not names:
            raise ValueError("no stratum has both arms")
        whole = sum(self.population[name] for name in names)
        weights = [self.population[name] / whole for name in names]
        levels = [
            (arm, name, one[name].mean, sign * weight / one[name].units)
            for arm, one, sign in zip(self.arms, sums, (1, -1), strict=True)
            for name, weight in zip(names, weights, strict=True)
        ]
        parts = self._score_parts(asked, levels, joint=True) if shared else None
        each = self._score_parts(asked, levels, joint=False)
        own = [OwnVariance((part,), int(part.freedom) + 1) for part in each]
        pairs = [(sums[0][name], sums[1][name]) for name in names]
        ask = partial(compare, pairs, weights, parts=parts, own=own, uneven=self.uneven)
        found = ask(share=asked.share, origin=asked.origin, bounds=asked.bounds)
        return found, len(set(sums[0]) | set(sums[1])) - len(names)

    def _score_parts(self, asked: Asked, levels: Levels, *, joint: bool) -> list[Part]:
        """Return the variance of the difference, or of the first and the second arm's level."""
        columns = [list(column) for column in zip(*levels, strict=True)]
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE study_level AS SELECT unnest($1::VARCHAR[]) AS arm, "
            "unnest($2::VARCHAR[]) AS stratum, unnest($3::DOUBLE[]) AS level, unnest($4::DOUBLE[]) AS scale",
            columns,
        )
        values = {"joint": joint, "slope": asked.slope, "received": asked.received}
        rows = self.connection.execute(store.statement("study/scores"), values).fetchall()
        if min(clusters for _, clusters, _ in rows) < 2:
            raise ValueError("an arm has fewer than two clusters with an outcome")
        order = sorted(rows, key=lambda row: row[0] != self.arms[0])
        return [Part(squares * clusters / (clusters - 1), clusters - 1) for _, clusters, squares in order]
