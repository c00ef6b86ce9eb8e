"""Which cells of a published table must be hidden, so that no group of fewer than ten people shows or can be computed.

Cell suppression of statistical disclosure control: small cells are hidden (primary suppression), and others with them
so that none is found from the sums (secondary suppression) and a range stays possible (protection intervals); Hundepool
et al., *Statistical Disclosure Control* (Wiley 2012), chapter 4. The rule is public, so whoever reads a table may
reason from it ("why is this one hidden?"): size must therefore not choose what guards, and all hidden look alike.

1. Cells below ten are hidden, and with them the first other cell in the order of the table that is ten or more.
2. The slack is what the hidden cells hold beyond the least that small ones (1, or 0) and others (10) can. Where it is
   below nine (ten where zero is hidden too), or there is no such other cell, all cells are hidden.
3. Where only small cells exist and they hold hardly more than one each, so is their sum.

What follows: beside the sum and the cells that show, every hidden cell below ten may still be anything from one to
nine, so nobody learns more than that it may be small. *In 1*, give the cell any v up to 9, the other small ones their
least and the guarding one the rest: the slack pays for it, and the rule hides the same. *Where all are hidden* for want
of slack, give the cell v, another 10 - v and a third the rest: too little slack again. Where only small ones exist, the
others take the rest, one of them beyond nine if need be. With several columns, each is open in this way by itself.
tests/test_disclosure.py goes through all small tables.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SMALLEST_CELL = 10


@dataclass(frozen=True)
class ReachRow:
    """One group of a reach table as it may be shown; None stands for a hidden count, always all three."""

    persons: int | None = None
    reached: int | None = None
    missed: int | None = None


def hidden_groups(
    cells: Sequence[Sequence[int]], smallest: int = SMALLEST_CELL, hidden: Iterable[int] = ()
) -> set[int]:
    """Return which groups (rows of counts whose column sums are public) must be hidden, by position.

    Here zero counts as small too: that nobody of a group was reached, or missed, is not told.
    """
    return hidden_cells(cells, hidden, smallest=smallest, least=0)


def reach_rows(
    cells: Sequence[tuple[int, int]], untold: Iterable[int] = (), smallest: int = SMALLEST_CELL
) -> list[ReachRow]:
    """Return rows of (reached, missed) as they may be shown beside the sums of both columns, those ``untold`` never."""
    hidden = hidden_groups(cells, smallest, untold)
    return [
        ReachRow() if row in hidden else ReachRow(reached + missed, reached, missed)
        for row, (reached, missed) in enumerate(cells)
    ]


def hidden_cells(
    cells: Sequence[Sequence[int]],
    hidden: Iterable[int] = (),
    smallest: int = SMALLEST_CELL,
    last: int | None = None,
    least: int = 1,
) -> set[int]:
    """Return which rows of counts must be hidden where the sum of each column is public, by position.

    A row with a count from ``least`` (0, or 1 where zero gives nobody away) to below ``smallest`` is hidden, and those
    in ``hidden`` are; ``last``, where it is not small itself, never. Whether the sum may stand beside them
    :func:`sum_may_be_shown` tells.
    """
    found = {row for row, counts in enumerate(cells) if any(least <= count < smallest for count in counts)}
    found |= set(hidden)
    rows = [cells[row] for row in sorted(found)]
    if not found or _guarded(rows, smallest, least):
        return found
    others = [row for row in range(len(cells)) if row not in found | {last} and any(cells[row])]
    small = [number for number, column in enumerate(zip(*rows, strict=True)) if _small(column, smallest, least)]
    guards = [row for row in others if all(cells[row][number] >= smallest for number in small)][:1]
    if _guarded([*rows, *(cells[row] for row in guards)], smallest, least):
        return found | set(guards)
    return found | set(others)


def share_tells_few(acted: float, units: float, smallest: int = SMALLEST_CELL) -> bool:
    """Tell whether the share that acted of so many units would tell that fewer than ten did, or did not."""
    return units > 0 and not smallest <= round(acted, 6) <= units - smallest


def sum_may_be_shown(hidden: Sequence[int], smallest: int = SMALLEST_CELL) -> bool:
    """Tell whether the sum may stand beside these hidden counts above zero, without telling that one is not large."""
    return any(count >= smallest for count in hidden) or not hidden or sum(hidden) >= len(hidden) + smallest - 1


def _guarded(rows: Sequence[Sequence[int]], smallest: int, least: int) -> bool:
    """Tell whether hidden rows leave every small count open: two rows and, per column, a large count and slack."""
    columns = [column for column in zip(*rows, strict=True) if _small(column, smallest, least)]
    return len(rows) > 1 and all(
        max(column) >= smallest and _slack(column, smallest, least) >= smallest - least for column in columns
    )


def _small(column: Sequence[int], smallest: int, least: int) -> bool:
    return any(least <= count < smallest for count in column)


def _slack(column: Sequence[int], smallest: int, least: int) -> int:
    return sum(count - (smallest if count >= smallest else min(count, least)) for count in column)
