"""What was known of each row before, as a matrix: words become indicators, missing values get one of their own.

A missing value takes the mean and an indicator: under a draw that costs no bias (Zhao and Ding, 2022), and rows that
are missing more often in one arm show in the balance.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy
import pyarrow as pa
from numpy.typing import NDArray

from tasks.estimation.adjustment import Array, Codes, Population, adjust, freedom_left
from tasks.estimation.balance import balance_p
from tasks.sql_words import literal
from tasks.study_numbers import number_of, refuse_broken_numbers

MOST_LEVELS = 30
FEWEST_PER_COVARIATE = 10
"""Clusters of the smaller arm: a regression per arm has a slope for each covariate in each arm."""


@dataclass(frozen=True)
class Matrix:
    """Every row of the experiment in the order of ``row``: covariates, and arm, cluster and stratum as numbers."""

    row: Codes
    names: tuple[str, ...]
    arm: Codes
    cluster: Codes
    stratum: Codes
    weight: Array
    received: Array
    outcomes: tuple[Array, ...]
    covariates: Array
    called: tuple[str, ...] = ()
    bounded: bool = True

    def kept(self, place: int, arms: Sequence[str]) -> tuple[tuple[str, ...], str]:
        """Return the covariates that the smaller of two arms can bear, the first ones, and a remark on the others.

        ``called`` names the covariate of every column; indicators of one are kept together.
        """
        names = tuple(dict.fromkeys(self.called))
        known = ~numpy.isnan(self.outcomes[place])
        sides = [known & (self.arm == self.names.index(arm)) for arm in arms]
        free = [len(numpy.unique(self.cluster[side])) - len(numpy.unique(self.stratum[side])) for side in sides]
        most = (min(free) + 1) // FEWEST_PER_COVARIATE
        ends = [max(place for place, other in enumerate(self.called) if other == name) for name in names]
        kept = tuple(name for name, end in zip(names, ends, strict=True) if end < most) if self.bounded else names
        if kept == names:
            return names, ""
        told = "only " + ", ".join(map(repr, kept)) if kept else "none"
        return kept, (
            f"its clusters, or those of the control group, are few for {len(self.called)} columns of covariates: "
            f"adjusted for {told}"
        )

    def only(self, names: Sequence[str]) -> "Matrix":
        """Return the matrix with these covariates alone."""
        columns = [place for place, name in enumerate(self.called) if name in names]
        return replace(
            self, covariates=self.covariates[:, columns], called=tuple(self.called[place] for place in columns)
        )

    def balance(self) -> float | None:
        """Return the p value that arms so unlike were drawn."""
        return balance_p(self.covariates, self.arm, self.cluster, self.stratum, self.weight)

    def adjusted(self, place: int, origin: float, arms: Sequence[str]) -> tuple[pa.Table, float]:
        """Return row, y and d of two arms, adjusted to everybody of the strata that both have.

        Beside it comes the share of the clusters' freedom that the covariates leave the arm that has less.
        """
        known = ~numpy.isnan(self.outcomes[place])
        count = int(self.stratum.max()) + 1
        sides = [known & (self.arm == self.names.index(arm)) for arm in arms]
        both = numpy.logical_and(*(numpy.bincount(self.stratum[side], minlength=count) > 0 for side in sides))
        compared = known & both[self.stratum]
        everybody = Population.of(self.covariates[compared], self.weight[compared], self.stratum[compared], count)
        parts = [self._adjusted_arm(side & compared, place, origin, everybody) for side in sides]
        return pa.concat_tables([part for part, _ in parts]), min(freedom for _, freedom in parts)

    def _adjusted_arm(
        self, rows: NDArray[numpy.bool_], place: int, origin: float, everybody: Population
    ) -> tuple[pa.Table, float]:
        freedom = freedom_left(self.covariates[rows], self.cluster[rows], self.stratum[rows])
        given = self.covariates[rows], self.weight[rows], self.stratum[rows], everybody, freedom
        outcome = adjust(self.outcomes[place][rows] - origin, *given)
        columns = [self.row[rows], outcome, adjust(self.received[rows], *given)]
        return pa.Table.from_arrays([pa.array(column) for column in columns], names=["row", "y", "d"]), freedom


def read(
    connection: duckdb.DuckDBPyConnection, names: Sequence[str], arms: Sequence[str], outcomes: int
) -> tuple[Matrix, list[str]]:
    """Return the matrix of ``study_row`` with remarks on what became of the columns called ``names``."""
    columns, called, remarks = [], [], []
    for place, name in enumerate(names):
        found, remark = _indicators(connection, f"covariate_{place}", name)
        columns += found
        called += [name] * len(found)
        remarks += remark
    cells = _cells(connection, columns, arms, outcomes)
    codes = {name: numpy.asarray(cells[name], dtype=numpy.int64) for name in ("row", "arm", "cluster", "stratum")}
    numbers = {name: numpy.asarray(value, dtype=numpy.float64) for name, value in cells.items() if name not in codes}
    covariates = [numbers[f"x_{place}"] for place in range(len(columns))]
    matrix = Matrix(
        row=codes["row"],
        arm=codes["arm"],
        cluster=codes["cluster"],
        stratum=codes["stratum"],
        names=tuple(arms),
        weight=numbers["weight"],
        received=numbers["received"],
        outcomes=tuple(numbers[f"outcome_{place}"] for place in range(outcomes)),
        covariates=numpy.column_stack(covariates) if covariates else numpy.zeros((len(codes["row"]), 0)),
        called=tuple(called),
    )
    return matrix, remarks


def _cells(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[str], arms: Sequence[str], outcomes: int
) -> dict[str, Any]:
    """Return every column of the matrix by name, rows in the order of ``row``."""
    given = ", ".join(
        [
            "row, list_position($arms, arm) - 1 AS arm, weight, received, hash(cluster) AS cluster",
            "place AS stratum",
            *(f"coalesce(outcome_{place}, 'nan'::DOUBLE) AS outcome_{place}" for place in range(outcomes)),
            *(f"{column} AS x_{place}" for place, column in enumerate(columns)),
        ]
    )
    cells: dict[str, Any] = connection.execute(
        f"SELECT {given} FROM study_row INNER JOIN (SELECT stratum, row_number() OVER (ORDER BY stratum) - 1 AS place "
        "FROM study_row GROUP BY stratum) USING (stratum) ORDER BY row",
        {"arms": list(arms)},
    ).fetchnumpy()
    cells["cluster"] = numpy.unique(cells["cluster"], return_inverse=True)[1]
    return cells


def _indicators(connection: duckdb.DuckDBPyConnection, column: str, name: str) -> tuple[list[str], list[str]]:
    """Return the SQL of the numbers that a covariate becomes, and what is to be told of it."""
    number = number_of(connection, column)
    # By value, so that each is read as a number once and not once per row.
    rows, known, numeric, mean = connection.execute(
        f"SELECT sum(rows)::BIGINT, coalesce(sum(rows) FILTER ({column} IS NOT NULL), 0)::BIGINT, "
        f"coalesce(sum(rows) FILTER (number IS NOT NULL), 0)::BIGINT, "
        f"sum(rows * number) / sum(rows) FILTER (number IS NOT NULL) FROM (SELECT {column}, rows, {number} AS number "
        f"FROM (SELECT {column}, count(*) AS rows FROM study_row GROUP BY {column}))"
    ).fetchall()[0]
    missing = f"{column} IS NULL"
    remarks = [f"covariate {name!r}: {rows - known} missing values"] if known < rows else []
    if numeric == known:
        values = [f"coalesce({number}, {float(mean or 0)!r})"] if known else []
        return values + ([f"CAST({missing} AS DOUBLE)"] if 0 < known < rows else []), remarks
    if _are_days(connection, column):
        return _days(column, missing, known < rows), remarks
    levels = connection.execute(
        f"SELECT {column} FROM study_row WHERE NOT ({missing}) GROUP BY 1 ORDER BY count(*) DESC, 1"
    ).fetchall()
    if len(levels) > MOST_LEVELS + 1:
        refuse_broken_numbers(connection, column, name)
        remarks.append(f"covariate {name!r}: {len(levels)} labels, all but the {MOST_LEVELS} commonest count as one")
    shown = [literal(level) for (level,) in levels[:MOST_LEVELS]]
    found = [f"CAST(coalesce({column} = {level}, false) AS DOUBLE)" for level in shown[1:]]
    if len(levels) > MOST_LEVELS:
        found.append(f"CAST(coalesce({column} NOT IN ({', '.join(shown)}), false) AS DOUBLE)")
    return found + ([f"CAST({missing} AS DOUBLE)"] if known < rows else []), remarks


def _are_days(connection: duckdb.DuckDBPyConnection, column: str) -> bool:
    query = f"SELECT count({column}) > 0 AND count({column}) = count(TRY_CAST({column} AS TIMESTAMP)) FROM study_row"
    return bool(connection.execute(query).fetchall()[0][0])


def _days(column: str, missing: str, some_are_missing: bool) -> list[str]:
    """Return days since 1970, which a gap between the arms shows in, as it would not in a label for each day."""
    days = f"epoch(TRY_CAST({column} AS TIMESTAMP)) / 86400"
    filled = f"coalesce({days}, (SELECT avg({days}) FROM study_row))"
    return [filled, f"CAST({missing} AS DOUBLE)"] if some_are_missing else [filled]
