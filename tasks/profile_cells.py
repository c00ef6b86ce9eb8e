"""Which figures of an audience's profile may be shown: no group below ten people, and none found by subtraction.

Pure: counted cells in, rows as they are stored out. What is public beside them: who is meant to get the message, the
city's people, and the sums of every dimension. A group that stands in two dimensions, such as those over 80, is hidden
in both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tasks.disclosure import SMALLEST_CELL, hidden_cells, sum_may_be_shown

APPROACHED, HELD_OUT, SELECTED = "may_be_contacted", "held_out", "selected"
NOBODY = "unreachable"
EXCLUDED = "excluded"
"""Stands for every hidden reason where naming one would tell too much."""


@dataclass(frozen=True)
class Cell:
    """One value of a dimension, counted; ``city`` and ``outside`` are None where the city is not known by it.

    ``outside``: people of the city who are not in ``persons``. ``fingerprint``: the same for the same people.
    """

    dimension: str
    value: str
    persons: int
    city: int | None = None
    outside: int | None = None
    meant: int = 0
    missed: int = 0
    fingerprint: int | None = None


@dataclass(frozen=True)
class Row:
    """One row of ``audience_profile``; None stands for a hidden or unknown figure, shares are 0–1."""

    dimension: str
    value: str
    persons: int | None = None
    share: float | None = None
    city_persons: int | None = None
    city_share: float | None = None
    missed_before_share: float | None = None


def standings(counts: Mapping[str, int]) -> list[tuple[str, int | None]]:
    """Return each standing and lastly ``selected``, their sum, with its persons; None where they are hidden.

    Whom the message is meant for is shown from ten on, since the plan shows it too, and so is the control group: beside
    ``status``, which tells how many are held out and excluded in all, neither could guard a small group of excluded. So
    the reasons guard each other, as there. Where even their sum would tell, it is hidden, and no reason is named.
    Hidden ones come last by name: their order must not tell their sizes.
    """
    hidden, told = hidden_reasons(counts)
    few = {name for name in (APPROACHED, HELD_OUT) if 0 < counts.get(name, 0) < SMALLEST_CELL}
    names = {name: persons for name, persons in counts.items() if persons}
    if not told:
        names = {name: persons for name, persons in names.items() if name not in hidden} | {EXCLUDED: 0}
    shown = [(name, names[name] if name not in hidden | few | {EXCLUDED} else None) for name in sorted(names)]
    shown.sort(key=lambda each: -(each[1] or 0))
    return [*shown, (SELECTED, sum(counts.values()) if told and not few else None)]


def hidden_reasons(counts: Mapping[str, int]) -> tuple[set[str], bool]:
    """Return which reasons to be excluded are hidden beside their sum, and whether the sum may stand beside them.

    ``counts``: persons by standing, of one wave; who is approached, held out or assigned has no reason.
    """
    not_reasons = {APPROACHED, HELD_OUT, "assigned", "unplanned"}
    names = sorted(name for name, persons in counts.items() if persons and name not in not_reasons)
    hidden = {names[row] for row in hidden_cells([[counts[name]] for name in names])}
    return hidden, sum_may_be_shown([counts[name] for name in sorted(hidden)])


def standing_rows(counts: Mapping[str, int]) -> list[Row]:
    """Return the standings as rows; shares are of everybody selected."""
    shown = dict(standings(counts))
    total = shown[SELECTED]
    return [
        Row("standing", name, persons, persons / total if persons is not None and total else None)
        for name, persons in shown.items()
    ]


def profile_rows(cells: Iterable[Cell]) -> list[Row]:
    """Return the rows of every dimension, ``everybody`` among them, with ``address_kind`` from ``reachability``."""
    dimensions: dict[str, list[Cell]] = {}
    for cell in cells:
        dimensions.setdefault(cell.dimension, []).append(cell)
    everybody = next(iter(dimensions.get("everybody", [])), Cell("everybody", "", 0))
    persons = _hidden_persons(dimensions, everybody.persons)
    rows: list[Row] = []
    for dimension, group in dimensions.items():
        city = _hidden_in_city(group, persons[dimension])
        shown = _rows(group, persons[dimension], city, everybody)
        rows += _with_missed(group, shown, persons[dimension])
        if dimension == "reachability":
            rows += _address_kinds(group, persons[dimension], city, everybody)
    return rows


def _hidden_persons(dimensions: Mapping[str, Sequence[Cell]], total: int) -> dict[str, set[int]]:
    """Hide counts of persons in every dimension, until a group hidden in one is hidden in all."""
    if 0 < total < SMALLEST_CELL:
        return {name: set(range(len(group))) for name, group in dimensions.items()}
    hidden: dict[str, set[int]] = {name: set() for name in dimensions}
    while True:
        groups = {dimensions[name][row].fingerprint for name, rows in hidden.items() for row in rows} - {None}
        before = {name: set(rows) for name, rows in hidden.items()}
        for name, group in dimensions.items():
            same = {row for row, cell in enumerate(group) if cell.persons and cell.fingerprint in groups}
            hidden[name] = hidden_cells([[cell.persons] for cell in group], same | hidden[name])
        if hidden == before:
            return hidden


def _hidden_in_city(group: Sequence[Cell], hidden: set[int]) -> set[int]:
    """Hide counts of the city where they, or those whom they show to be outside the audience, are few."""
    cells = [
        (cell.city or 0, 0 if row in hidden else min(cell.outside or 0, cell.city or 0))
        for row, cell in enumerate(group)
    ]
    return hidden_cells(cells)


def _rows(group: Sequence[Cell], hidden: set[int], city_hidden: set[int], everybody: Cell) -> list[Row]:
    rows = []
    for row, cell in enumerate(group):
        persons = None if row in hidden else cell.persons
        city = None if row in city_hidden else cell.city
        share = persons / everybody.persons if persons is not None and everybody.persons else None
        city_share = city / everybody.city if city is not None and everybody.city else None
        rows.append(Row(cell.dimension, cell.value, persons, share, city, city_share))
    return rows


def _with_missed(group: Sequence[Cell], rows: Sequence[Row], hidden: set[int]) -> list[Row]:
    cells = [(cell.missed, cell.meant - cell.missed) for cell in group]
    few = {row for row, counts in enumerate(cells) if min(counts) < SMALLEST_CELL}
    kept_back = hidden_cells(cells, few | hidden)
    return [
        row if number in kept_back else replace(row, missed_before_share=cell.missed / cell.meant)
        for number, (row, cell) in enumerate(zip(rows, group, strict=True))
    ]


def _address_kinds(group: Sequence[Cell], hidden: set[int], city_hidden: set[int], everybody: Cell) -> list[Row]:
    """Sum the combinations of addresses per kind; what would tell a hidden combination is hidden."""
    rows = []
    for kind in sorted({kind for cell in group for kind in cell.value.split("+")} - {NOBODY}):
        having = {row for row, cell in enumerate(group) if kind in cell.value.split("+")}
        persons = sum(group[row].persons for row in having)
        city = sum(group[row].city or 0 for row in having)
        told = _tells_nothing(having, hidden, everybody.persons)
        city_told = everybody.city is not None and _tells_nothing(having, city_hidden, everybody.city)
        rows.append(
            Row(
                "address_kind",
                kind,
                persons if told else None,
                persons / everybody.persons if told and everybody.persons else None,
                city if city_told else None,
                city / everybody.city if city_told and everybody.city else None,
            )
        )
    return rows


def _tells_nothing(having: set[int], hidden: set[int], total: int | None) -> bool:
    """Tell whether a sum gives nothing away: it is over no hidden count, or over them all beside a public total."""
    public = (total or 0) >= SMALLEST_CELL
    return not having & hidden or (public and hidden <= having)
