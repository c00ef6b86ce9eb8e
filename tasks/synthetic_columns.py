"""Text columns of the synthetic registers, made whole at a time."""

import importlib
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Column = Any  # a pyarrow array of text; its stubs do not know the generic form
Columns = dict[str, Column]
arrow: Any = importlib.import_module("pyarrow.compute")


def pick(values: list[str], index: Integers) -> Column:
    """Return the values at the given places as a text column."""
    places: Column = pa.array(index)
    return pa.array(values, pa.string()).take(places)


def text(numbers: Integers) -> Column:
    """Return whole numbers as a text column."""
    return pa.array(numbers).cast(pa.string())


def joined(*parts: Any) -> Column:
    """Return the parts, columns or fixed texts, joined row by row."""
    return arrow.binary_join_element_wise(*parts, "")


def only_where(wanted: NDArray[np.bool_], column: Column) -> Column:
    """Return the column with empty text where it is not wanted."""
    return arrow.if_else(pa.array(wanted), column, "")
