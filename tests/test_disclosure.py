"""Hidden cells stay open to somebody who knows the rule, the sum and every cell that shows."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.disclosure import SMALLEST_CELL, hidden_cells, hidden_groups, reach_rows, sum_may_be_shown
from tasks.profile_cells import APPROACHED, EXCLUDED, SELECTED, standings
from tasks.shown_messages import shown_messages
from tasks.shown_persons import shown_persons

Counts: TypeAlias = tuple[int, ...]
Shown: TypeAlias = tuple[tuple[int | None, ...], int | None]


def shown(counts: Counts, least: int = 1) -> Shown:
    """What a reader sees: the cells and their sum, None where hidden."""
    hidden = hidden_cells([[count] for count in counts], least=least)
    told = sum_may_be_shown([counts[row] for row in hidden])
    return tuple(None if row in hidden else count for row, count in enumerate(counts)), sum(counts) if told else None


def tables(cells: int, total: int, least: int) -> Iterator[Counts]:
    """Every table of so many cells, each at least ``least``, with at most this sum."""
    if cells == 0:
        yield ()
        return
    for first in range(least, total - least * (cells - 1) + 1):
        for rest in tables(cells - 1, total - first, least):
            yield first, *rest


@pytest.mark.parametrize(("cells", "total"), [(1, 30), (2, 50), (3, 40), (4, 33)])
def test_in_no_small_table_can_any_number_below_ten_be_ruled_out(cells: int, total: int) -> None:
    possible: dict[Shown, list[set[int]]] = defaultdict(lambda: [set() for _ in range(cells)])
    every = list(tables(cells, total, 1))
    for counts in every:
        for values, count in zip(possible[shown(counts)], counts, strict=True):
            values.add(count)
    for counts in every:
        told, _ = shown(counts)
        for count, cell, values in zip(counts, told, possible[shown(counts)], strict=True):
            assert cell in (None, count)
            assert cell is None or cell >= SMALLEST_CELL
            assert cell is not None or count >= SMALLEST_CELL or values >= set(range(1, SMALLEST_CELL)), counts


def test_where_zero_is_hidden_too_it_is_possible_as_well() -> None:
    possible: dict[Shown, list[set[int]]] = defaultdict(lambda: [set(), set(), set()])
    every = [counts for counts in tables(3, 36, 0) if sum(counts) >= SMALLEST_CELL]
    public = {counts: (shown(counts, least=0)[0], sum(counts)) for counts in every}
    for counts in every:
        for values, count in zip(possible[public[counts]], counts, strict=True):
            values.add(count)
    for counts in every:
        for count, cell, values in zip(counts, public[counts][0], possible[public[counts]], strict=True):
            assert cell is not None or count >= SMALLEST_CELL or values >= set(range(SMALLEST_CELL)), counts


def alternatives(counts: Counts, cell: int, value: int) -> Iterator[Counts]:
    """Tables of the same sum with ``value`` in the cell: others at their least, one takes the rest, one may move."""
    others = [row for row in range(len(counts)) if row != cell]
    hidden = hidden_cells([[count] for count in counts])
    for absorber in others:
        for moved in (None, *(row for row in others if row != absorber)):
            for share in (SMALLEST_CELL - value, SMALLEST_CELL - 1, SMALLEST_CELL):
                least = [SMALLEST_CELL if count >= SMALLEST_CELL else 1 for count in counts]
                table = [each if row in hidden else counts[row] for row, each in enumerate(least)]
                table[cell] = value
                if moved is not None and moved in hidden:
                    table[moved] = share
                table[absorber] += sum(counts) - sum(table)
                if min(table) >= 1:
                    yield tuple(table)


@given(st.lists(st.one_of(st.integers(1, 12), st.integers(1, 400)), min_size=2, max_size=6).map(tuple))
def test_never_does_a_table_beside_its_sum_tell_more_than_that_a_cell_is_small(counts: Counts) -> None:
    told, total = shown(counts)
    if total is None:
        assert all(cell is None for cell in told)
        assert sum(counts) < len(counts) + SMALLEST_CELL - 1
        return
    for cell, count in enumerate(counts):
        for value in range(1, SMALLEST_CELL) if count < SMALLEST_CELL else ():
            found = (told, total)
            assert any(shown(table) == found for table in alternatives(counts, cell, value)), (counts, cell, value)


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({APPROACHED: 100, "held_out": 10, "protected": 1}, {APPROACHED: 100, "held_out": 10, EXCLUDED: None}),
        (
            {APPROACHED: 300, "dead": 9, "moved": 9, "protected": 9},
            {APPROACHED: 300, **dict.fromkeys(("dead", "moved", "protected")), SELECTED: 327},
        ),
        ({APPROACHED: 9, "held_out": 9}, {APPROACHED: None, "held_out": None}),
        ({APPROACHED: 100, "dead": 5}, {APPROACHED: 100, EXCLUDED: None}),
    ],
)  # fmt: skip
def test_hidden_standings_look_alike_and_never_come_in_the_order_of_their_sizes(
    counts: dict[str, int], told: dict[str, int]
) -> None:
    found = standings(counts)
    assert dict(found) == {SELECTED: None, **told}
    hidden = [name for name, persons in found[:-1] if persons is None]
    assert hidden == sorted(hidden)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=6))
def test_a_group_of_a_reach_table_shows_all_three_counts_or_none(cells: list[tuple[int, int]]) -> None:
    rows = reach_rows(cells)
    assert {row for row, each in enumerate(rows) if each.persons is None} == hidden_groups(cells)
    for row, (reached, missed) in zip(rows, cells, strict=True):
        told = (row.persons, row.reached, row.missed)
        assert told == (None, None, None) or told == (reached + missed, reached, missed)
        assert min(reached, missed) >= SMALLEST_CELL or row.persons is None


def test_what_guards_is_the_first_of_the_table_never_the_smallest() -> None:
    for counts, hidden in (
        ([500, 9, 30, 40], {0, 1}), ([10, 9, 30, 40], {0, 1, 2, 3}), ([11, 9, 30, 40], {0, 1}), ([30, 40], set()),
    ):  # fmt: skip
        assert hidden_cells([[count] for count in counts]) == hidden


@pytest.mark.parametrize(
    ("reasons", "told"),
    [
        ({"moved": 8, "dead": 5, "unreachable": 3}, {"dead": None, "moved": None, "unreachable": None}),
        ({"moved": 800, "dead": 5, "unreachable": 30}, {"dead": None, "moved": None, "unreachable": 30}),
        ({"dead": 5, "moved": 800, "protected": 30}, {"dead": None, "moved": None, "protected": 30}),
        ({"dead": 5}, {}),
        ({"moved": 70, "dead": 50}, {"dead": 50, "moved": 70}),
    ],
)  # fmt: skip
def test_status_hides_few_by_reason_and_keeps_its_sums(reasons: dict[str, int], told: dict[str, int | None]) -> None:
    found = shown_persons({"excluded": sum(reasons.values()), "excluded_by_reason": reasons}, {"external": reasons})
    few = 0 < reasons.get("unreachable", 0) < SMALLEST_CELL or sum(reasons.values()) < SMALLEST_CELL
    assert found["excluded"] == (None if few else sum(reasons.values()))
    assert found["excluded_by_reason"] == told


def test_status_sums_a_channel_of_few_with_its_guard_and_keeps_every_total() -> None:
    def accounts(planned: int) -> dict[str, int]:
        return {"planned": planned, "accepted": planned - 1}

    def told(by_channel: dict[str, dict[str, int]], *untold: str) -> dict[str, Any]:
        sums = {name: sum(each[name] for each in by_channel.values()) for name in ("planned", "accepted")}
        return shown_messages({**sums, "by_channel": by_channel}, untold)

    few = {"email": accounts(800), "letter": accounts(4), "sms": accounts(70), "web": accounts(2)}
    assert told(few) == {
        "planned": 876, "accepted": 872,
        "by_channel": {"web": accounts(2), "sms": accounts(70), "email+letter": {"planned": 804, "accepted": 802}},
    }  # fmt: skip
    for untouched in (few | {"letter": accounts(40)}, {"letter": accounts(4), "web": accounts(2)}):
        assert told(untouched)["by_channel"] == untouched
    nothing = {"planned": None, "accepted": None}
    hidden = told(few, "all", "email")
    assert hidden == nothing | {"by_channel": {"web": accounts(2), "sms": accounts(70), "email+letter": nothing}}


def test_status_hides_a_reason_that_one_wave_hides_so_that_the_preview_and_it_tell_no_more_together() -> None:
    waves = {"first": {"dead": 5, "moved": 40, "held_out": 36}, "second": {"dead": 30, "moved": 50}}
    reasons = {"dead": 35, "moved": 90}
    found = shown_persons({"excluded": 125, "held_out": 36, "excluded_by_reason": reasons}, waves)
    assert found["excluded_by_reason"] == {"dead": None, "moved": None}


@given(st.dictionaries(st.sampled_from(["held_out", "dead", "moved", "protected"]), st.integers(0, 60)))
def test_the_control_group_that_status_tells_never_guards_a_few_excluded_in_the_preview(counts: dict[str, int]) -> None:
    preview = dict(standings(counts | {"may_be_contacted": 500}))
    reasons = {name: persons for name, persons in counts.items() if name != "held_out" and persons}
    hidden = [reasons[name] for name in reasons if preview.get(name) is None]
    excluded = sum(reasons.values())
    assert all(persons is None or persons >= 10 for persons in preview.values())
    if preview["selected"] is not None:
        assert len(hidden) != 1
    status = shown_persons({"excluded": excluded, "excluded_by_reason": reasons}, {"external": counts})[
        "excluded_by_reason"
    ]
    unseen = {name for name in reasons if preview.get(name) is None}
    assert not status or {name for name, persons in status.items() if persons is None} == unseen


STANDINGS = ("held_out", "assigned", "dead", "moved", "unreachable", "over_budget")
WAVE = st.dictionaries(st.sampled_from(STANDINGS), st.integers(0, 40))


@given(st.lists(WAVE, min_size=1, max_size=2))
def test_no_sum_of_persons_in_status_is_below_ten_or_computed_from_the_others(found: list[dict[str, int]]) -> None:
    waves = {str(number): counts for number, counts in enumerate(found)}
    total = {name: sum(counts.get(name, 0) for counts in found) for name in STANDINGS}
    reasons = {name: total[name] for name in STANDINGS[2:]}
    sums = {"held_out": total["held_out"], "assigned": total["assigned"], "excluded": sum(reasons.values())}
    audience = {"audience": sum(sums.values()), "reached": total["assigned"]}
    status = shown_persons(sums | audience | {"excluded_by_reason": reasons}, waves)
    told = [status[name] for name in sums]
    assert all(count is None or count == 0 or count >= SMALLEST_CELL for count in [*told, status["reached"]])
    assert told.count(None) != 1 or status["audience"] is None
    for counts in found:
        late = counts.get("unreachable", 0) + counts.get("over_budget", 0)
        assert not 0 < late < SMALLEST_CELL or status["assigned"] is status["excluded"] is None
