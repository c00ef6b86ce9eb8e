"""Which cells of a published table must be hidden, so that no group of fewer than ten people shows or can be computed.

Two kinds: ``small`` cells are below ten; ``guarding`` cells are hidden so that no small one is found by subtraction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class ReachRow:
    """One group of a reach table as it may be shown; None stands for a hidden count.

    ``hint`` says what may be said instead: ``few_missed``, ``few_reached``, ``few_persons``, ``guarding`` or nothing.
    """

    persons: int | None
    reached: int | None
    missed: int | None
    hint: str = ""


def reach_rows(cells: Sequence[tuple[int, int]], smallest: int = SMALLEST_CELL) -> list[ReachRow]:
    """Return rows of (reached, missed) as they may be shown beside the sums of both columns, which are public.

    Where a pair is hidden, the number of persons stays visible only from twice ``smallest`` on: in a smaller group it
    would give the pair away.
    """
    pairs = hidden_groups(cells, smallest)
    totals = {row for row in pairs if sum(cells[row]) < 2 * smallest}
    by_size = sorted(pairs - totals, key=lambda row: (sum(cells[row]), row))
    while totals and by_size and not _guarded([(sum(cells[row]),) for row in totals], smallest):
        totals.add(by_size.pop(0))
    return [_row(*counts, row in pairs, row in totals, smallest) for row, counts in enumerate(cells)]


def _row(reached: int, missed: int, pair_hidden: bool, total_hidden: bool, smallest: int) -> ReachRow:
    persons = reached + missed
    if not pair_hidden:
        return ReachRow(persons, reached, missed)
    if total_hidden:
        return ReachRow(None, None, None, "few_persons" if persons < smallest else "guarding")
    hint = "few_missed" if missed < smallest else "few_reached" if reached < smallest else "guarding"
    return ReachRow(persons, None, None, hint)


def hidden_cells(
    cells: Sequence[Sequence[int]], hidden: Iterable[int] = (), smallest: int = SMALLEST_CELL, last: int | None = None
) -> set[int]:
    """Return which rows of counts must be hidden where the sum of each column is public and zero gives nobody away.

    A row with a count below ``smallest``, other than zero, is hidden, and those in ``hidden`` are. While the hidden
    rows together, in any column, are one count alone or fewer than ``smallest`` people, the smallest shown row is
    hidden as well, ``last`` never. What no row can guard :func:`guarded` tells: then the sum must be hidden too.
    """
    found = {row for row, counts in enumerate(cells) if any(0 < count < smallest for count in counts)} | set(hidden)
    by_size = sorted(
        (row for row in range(len(cells)) if row not in found | {last} and any(cells[row])),
        key=lambda row: (sum(cells[row]), row),
    )
    while by_size and not guarded([cells[row] for row in sorted(found)], smallest):
        found.add(by_size.pop(0))
    return found


def guarded(hidden: Sequence[Sequence[int]], smallest: int = SMALLEST_CELL) -> bool:
    """Tell whether hidden rows stay hidden beside the sums: per column nobody, or two counts and enough people."""
    columns = ([count for count in column if count] for column in zip(*hidden, strict=True))
    return all(not counts or (len(counts) > 1 and sum(counts) >= smallest) for counts in columns)
