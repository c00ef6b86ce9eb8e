"""HiGHS behind the few calls that a plan needs: rows, columns, gains, bounds, whole numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

FEASIBILITY = 1e-9
MIXED_GAP = 1e-4


class Model:
    """A maximisation that columns may join later; solved again, it starts from where it was."""

    def __init__(self) -> None:
        import highspy

        self._kinds, self._optimal = highspy.HighsVarType, highspy.HighsModelStatus.kOptimal
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self._highs.silent()
        for name, value in (
            ("threads", 1),
            ("random_seed", 1),
            ("primal_feasibility_tolerance", FEASIBILITY),
            ("dual_feasibility_tolerance", FEASIBILITY),
            ("mip_rel_gap", MIXED_GAP),
        ):
            self._highs.setOptionValue(name, value)
        self.columns = 0

    def add_row(self, low: float, high: float) -> None:
        """Add a row with no entries."""
        self._highs.addRow(low, high, 0, [], [])

    def add_columns(self, columns: Sequence[tuple[float, float, Mapping[int, float]]]) -> None:
        """Add columns, each with its lowest and highest value and its entries by row; their gain is 0."""
        rows = [sorted(entries.items()) for _, _, entries in columns]
        starts = np.cumsum([0, *(len(entries) for entries in rows)])[:-1].astype(np.int32)
        flat = [entry for entries in rows for entry in entries]
        self._highs.addCols(
            len(columns),
            np.zeros(len(columns)),
            np.array([low for low, _, _ in columns], dtype=float),
            np.array([high for _, high, _ in columns], dtype=float),
            len(flat),
            starts,
            np.array([index for index, _ in flat], dtype=np.int32),
            np.array([amount for _, amount in flat], dtype=float),
        )
        self.columns += len(columns)

    def set_gains(self, gains: Sequence[float], first: int = 0) -> None:
        """Say what each column from ``first`` on is worth; the model maximises the sum."""
        indexes = np.arange(first, first + len(gains), dtype=np.int32)
        self._highs.changeColsCost(len(gains), indexes, -np.array(gains, dtype=float))

    def bound_row(self, row: int, low: float, high: float) -> None:
        """Change what a row may sum to."""
        self._highs.changeRowBounds(row, low, high)

    def bound_column(self, column: int, low: float, high: float) -> None:
        """Change what a column may be."""
        self._highs.changeColBounds(column, low, high)

    def run(self, whole: Sequence[int] = ()) -> "Found | None":
        """Solve, with the columns ``whole`` in whole numbers; returns None where no values keep every row."""
        for column in whole:
            self._highs.changeColIntegrality(column, self._kinds.kInteger)
        self._highs.run()
        found = self._found() if self._highs.getModelStatus() == self._optimal else None
        for column in whole:
            self._highs.changeColIntegrality(column, self._kinds.kContinuous)
        return found

    def _found(self) -> "Found":
        solution, value = self._highs.getSolution(), -float(self._highs.getInfo().objective_function_value)
        return Found(list(solution.col_value), [-price for price in solution.row_dual], value)


@dataclass(frozen=True)
class Found:
    """The columns' values, the rows' prices (what one more of the row is worth) and the value that was maximised."""

    values: Sequence[float]
    prices: Sequence[float]
    value: float
