"""No few persons with some channels follow from the rows of channels that are told, by sums and differences."""

from itertools import combinations
from typing import Any

import numpy
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.channel_effects import by_people, people_of
from tasks.contrasts import Group
from tasks.estimate import Sums

PEOPLE, CHANNELS = "ABC", ("email", "letter", "sms")


def group(people: str, channel: str | None, persons: int, acted: int) -> Group:
    sums = Sums(persons, persons, acted, acted, acted, persons)
    return Group(f"{people}/x/sv/em", 1, {channel: 1.0} if channel else {}, sums, persons)


def arms(sizes: list[list[int]], held_out: list[int]) -> tuple[list[Group], list[Group]]:
    treated = [
        group(people, channel, persons, persons // 3)
        for people, row in zip(PEOPLE, sizes, strict=False)
        for channel, persons in zip(CHANNELS, row, strict=True)
        if persons > 1
    ]
    holdout = [group(people, None, persons, persons // 4) for people, persons in zip(PEOPLE, held_out, strict=False)]
    return treated, holdout


def follows(shown: list[set[int]], wanted: set[int], atoms: int) -> bool:
    """Tell whether a sum of atoms is a linear combination of those that are shown."""
    rows = numpy.array([[float(atom in each) for atom in range(atoms)] for each in shown])
    target = numpy.array([float(atom in wanted) for atom in range(atoms)])
    if not len(rows):
        return False
    solution = numpy.linalg.lstsq(rows.T, target, rcond=None)[0]
    return bool(numpy.allclose(rows.T @ solution, target, atol=1e-8))


sizes = st.lists(st.integers(2, 60) | st.integers(2, 14), min_size=3, max_size=3)


@settings(deadline=None, max_examples=150)
@given(st.lists(sizes, min_size=2, max_size=3), st.lists(st.integers(12, 80), min_size=3, max_size=3))
@example([[400, 200, 2], [5, 90, 60]], [70, 30, 20])
def test_no_few_with_a_channel_follow_from_what_is_told(table: list[list[int]], held_out: list[int]) -> None:
    treated, holdout = arms(table, held_out[: len(table)])
    rows = by_people(treated, holdout, share=True)
    atoms: dict[str, list[int]] = {}
    for place, one in enumerate(treated):
        for name in ("all", people_of(one.segment)):
            for channel in ("", *one.exposure):
                atoms.setdefault(f"{name} {channel}", []).append(place)
    shown = [set(atoms[f"{row.segment} {row.channels}"]) for row in rows]
    totals = [set(places) for name, places in atoms.items() if name.endswith(" ") and persons(treated, places) >= 10]
    for row in rows:
        assert row.persons == persons(treated, atoms[f"{row.segment} {row.channels}"]) >= 10
    for name, places in atoms.items():
        if 0 < persons(treated, places) < 10 and not follows(totals, set(places), len(treated)):
            assert not follows([*shown, *totals], set(places), len(treated)), f"{name} follows"
    for one, other in combinations([*shown, *totals], 2):
        if other < one and not {frozenset(one), frozenset(other)} <= {frozenset(each) for each in totals}:
            assert not 0 < persons(treated, one - other) < 10


def persons(treated: list[Group], places: Any) -> int:
    return sum(treated[place].persons for place in places)


def test_what_everybody_and_one_group_got_never_tells_of_five_others() -> None:
    treated, holdout = arms([[400, 200, 2], [5, 90, 60]], [70, 30])
    told = {(row.segment, row.channels): row.persons for row in by_people(treated, holdout, share=True)}
    assert told["all", "email"] == 405
    assert not {("A/x", "email"), ("B/x", "email")} & told.keys()


@pytest.mark.parametrize("table", [[[400, 200, 100], [50, 90, 60]]])
def test_where_all_are_ten_or_more_every_row_is_told(table: list[list[int]]) -> None:
    treated, holdout = arms(table, [70, 30])
    assert len(by_people(treated, holdout, share=True)) == 9
