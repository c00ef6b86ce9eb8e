"""Which cells of a published table must be hidden, so that no group of fewer than ten people shows or can be computed.

Two kinds: ``small`` cells are below ten; ``guarding`` cells are hidden so that no small one is found by subtraction.
"""

from collections.abc import Sequence

SMALLEST_CELL = 10


def hidden_groups(cells: Sequence[Sequence[int]], smallest: int = SMALLEST_CELL) -> set[int]:
    """Return which groups (rows of counts whose column sums are public) must be hidden, by position.

    A group with any count below ``smallest`` is hidden. While the hidden groups together, in any column, are one group
    alone or fewer than ``smallest`` people, the smallest shown group is hidden as well.
    """
    hidden = {row for row, counts in enumerate(cells) if min(counts) < smallest}
    by_size = sorted(set(range(len(cells))) - hidden, key=lambda row: (sum(cells[row]), row))
    while hidden and by_size and not _guarded([cells[row] for row in hidden], smallest):
        hidden.add(by_size.pop(0))
    return hidden


def _guarded(rows: Sequence[Sequence[int]], smallest: int) -> bool:
    return len(rows) > 1 and all(sum(column) >= smallest for column in zip(*rows, strict=True))
