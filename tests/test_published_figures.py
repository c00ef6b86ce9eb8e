"""Across all pages of a run, no group below ten follows by adding and subtracting what is shown."""

import random
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_city import Resident, begin, brief, move_in, rows

from flows.commands.status_lines import status_lines
from tasks import audience, audience_profile, channels, cost_bound, published_figures, report_tables, runs, store
from tasks.hidden_figures import hidden_figures, untold_channels
from tasks.inference_audit import Audit
from tasks.shown_figures import figures
from tasks.status import run_status
from tasks.workplace import Workplace

Shown = tuple[str, frozenset[str]]
"""What a figure is called, and the persons whom it counts."""
LATE = (None, "unreachable", "over_budget", "other_wave")
PAGES = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
POPULATIONS = st.tuples(
    st.lists(st.integers(1, 30), min_size=2, max_size=9),
    st.lists(st.sets(st.integers(0, 8), min_size=1), min_size=1, max_size=7),
)


def follows(group: Iterable[str], shown: list[Iterable[str]]) -> bool:
    """Whether a group's size is a linear combination of those shown, by ranks alone."""
    people = sorted(set(group).union(*shown))
    vectors = [[float(one in counted) for one in people] for counted in map(set, [*shown, group])]
    return int(numpy.linalg.matrix_rank(vectors)) == int(numpy.linalg.matrix_rank(vectors[:-1] or [[0.0]]))


def small_among(counted: list[frozenset[str]]) -> Iterator[frozenset[str]]:
    """Yield the groups of one to nine among the counts, and of what two of them share or differ by."""
    pairs = [part for one, two in combinations(counted, 2) for part in (one & two, one - two, two - one)]
    yield from {group for group in [*counted, *pairs] if 0 < len(group) < 10}


@settings(deadline=None)
@given(POPULATIONS)
def test_of_counts_told_one_after_the_other_none_tells_a_small_group(
    drawn: tuple[list[int], list[set[int]]],
) -> None:
    sizes, wanted = drawn
    members = {number: {atom for atom in atoms if atom < len(sizes)} for number, atoms in enumerate(wanted)}
    audit = Audit(sizes, members)
    shown = [number for number in members if audit.publish(number)]
    people = {atom: {f"{atom} {person}" for person in range(size)} for atom, size in enumerate(sizes)}
    counted = {number: frozenset[str]().union(*(people[atom] for atom in atoms)) for number, atoms in members.items()}
    small = list(small_among(list(counted.values())))
    for group in small:
        assert not follows(group, [counted[number] for number in shown])
    for number in set(members) - set(shown):
        beside = [counted[each] for each in [*shown, number]]
        assert any(follows(group, beside) for group in small), "what is hidden would have told a small group"


def resident(number: int, life: str, email: bool, postal: bool, status: str) -> Resident:
    address = f"mail{number}" if email else ""
    habit = "digital" if email or number % 17 == 0 else "paper"
    known = {"life_situation": life, "need": habit}
    language = "en" if number % 5 == 0 else "sv"
    return Resident(f"p{number:03}", f"h{number}", address, postal, language, status=status, attributes=known)


def published(workplace: Workplace, folder: Path, people: list[Resident], **holdout: float) -> str:
    move_in(workplace, people)
    drawn = {"share": 0, "by": "household"} | holdout
    run = begin(workplace, folder, brief(holdout=drawn, budget={"sek": 9000, "co2_kg": 99}))
    audience.select_audience(workplace, run)
    audience.draw_holdout(workplace, run)
    audience_profile.write_profile(workplace, run)
    published_figures.protect(workplace, run)
    channels.plan_channels(workplace, run)
    published_figures.protect(workplace, run)
    return run


def persons_of(workplace: Workplace, run: str) -> dict[str, dict[str, Any]]:
    """Everything that a figure may count a person by, read person by person."""
    found = rows(
        workplace,
        "SELECT audience.person_key, excluded_reason, audience.segment, audience.language, assignment.channel, "
        "person.attributes['life_situation'], person.attributes['need'], audience.arm, "
        "list_sort(list(DISTINCT address_kind)) "
        "FROM audience JOIN person USING (kind, person_key) LEFT JOIN assignment USING (run, wave, person_key) "
        "LEFT JOIN contact_point USING (kind, person_key) "
        f"WHERE run = '{run}' AND (address_kind IS NULL OR address_kind IN ('email', 'postal')) GROUP BY ALL",
    )
    names = ("reason", "segment", "language", "channel", "life_situation", "need", "arm", "address_kind")
    people = {key: dict(zip(names, values, strict=True)) for key, *values in found}
    for one in people.values():
        one["everybody"] = "" if one["reason"] in LATE else None
        one["excluded"] = one["reason"] is not None
        one["assigned"] = one["channel"] is not None
        one["channel"] = (one["channel"] or "none") if one["everybody"] == "" else None
    return people


def counted(people: dict[str, dict[str, Any]], **wanted: object) -> Shown:
    """Return the persons who have all these values, or have them in a list."""
    chosen = (
        key for key, one in people.items()
        if all(value in one[name] if isinstance(one[name], list) else one[name] == value
               for name, value in wanted.items())
    )  # fmt: skip
    return str(wanted), frozenset(chosen)


def plan_of(workplace: Workplace, run: str) -> list[dict[str, Any]]:
    """Return the run's plan as it is shown."""
    with store.writing(workplace) as connection:
        return figures(connection, runs.load_within(connection, run), "en").plan


def counted_in_any(people: dict[str, dict[str, Any]], channels: list[str]) -> Shown:
    """Return the persons who get a message by one of these channels."""
    return "+".join(channels), frozenset(key for key, one in people.items() if one["channel"] in channels)


def all_figures(workplace: Workplace, run: str) -> tuple[list[Shown], list[Shown]]:
    """Return every figure of the run that is shown anywhere, and every one that could be."""
    people = persons_of(workplace, run)
    shown, known = list[Shown](), list[Shown]()

    def note(persons: int | None, figure: Shown) -> None:
        known.append(figure)
        if persons is not None:
            assert persons == len(figure[1]), figure[0]
            shown.append(figure)

    told = rows(workplace, f"SELECT dimension, value, persons FROM audience_profile WHERE run = '{run}'")
    for dimension, value, persons in told:
        if dimension in ("life_situation", "need", "language", "address_kind", "everybody"):
            note(persons, counted(people, everybody="", **({} if dimension == "everybody" else {dimension: value})))
    with store.writing(workplace) as connection:
        told_of = figures(connection, runs.load_within(connection, run), "en")
    plan = told_of.plan
    for each in told_of.later:
        note(each["persons"], counted(people, everybody="", arm="later"))
    for channel in (each for each in plan if each["channel"] != "web"):
        note(channel["persons"], counted(people, channel=channel["channel"]))
        for segment in sorted({one["segment"] for one in people.values() if one["segment"]}):
            size = counted(people, channel=channel["channel"], segment=segment)
            note(len(size[1]) if segment in channel["told"] else None, size)
    status = run_status(workplace, run)
    for channel, messages in status["messages"]["by_channel"].items():
        note(messages["planned"], counted_in_any(people, channel.split("+")))
    persons = status["persons"]
    for reason, count in persons["excluded_by_reason"].items():
        note(count, counted(people, reason=reason))
    note(persons["excluded"], counted(people, excluded=True))
    note(persons["assigned"], counted(people, assigned=True))
    note(persons["audience"], counted(people))
    return shown, known


def tells(shown: list[Shown], known: list[Shown]) -> list[str]:
    named = {group: " and ".join(name for name, each in known if group <= each)
             for group in small_among([each for _, each in known])}  # fmt: skip
    return [name for group, name in named.items() if follows(group, [each for _, each in shown])]


def test_letters_to_few_of_a_life_situation_do_not_follow_from_audience_page_and_preview(
    workplace: Workplace, tmp_path: Path
) -> None:
    people = [resident(number, "over_80" if number < 19 else "adults", number < 11 or number > 40, True, "alive")
              for number in range(120)]  # fmt: skip
    run = published(workplace, tmp_path, people)
    shown, known = all_figures(workplace, run)
    assert len(shown) > 5
    assert tells(shown, known) == []


def test_how_many_messages_a_channel_carries_does_not_tell_how_few_it_leaves_out(
    workplace: Workplace, tmp_path: Path
) -> None:
    run = published(
        workplace, tmp_path, [resident(number, "adults", number < 15, False, "alive") for number in range(23)]
    )
    status = run_status(workplace, run)
    assert {figure["persons"] for figure in plan_of(workplace, run) if figure["channel"] != "web"} == {None}
    assert status["messages"]["planned"] is None
    assert set(status["messages"]["by_channel"].get("email", {}).values()) <= {None}
    assert any(line.startswith("messages   not shown") for line in status_lines(status))
    with store.writing(workplace) as connection:
        untold = untold_channels(hidden_figures(connection, run))
        this = runs.load_within(connection, run)
        assert cost_bound.at_most(connection, this, figures(connection, this, "en"))[0] == cost_bound.LEAST_SEK
    sent = {"channel": "email", "planned": 15, "accepted": 15}
    assert report_tables.shown_messages([sent], untold)[0] | {"channel": ""} == {
        "channel": "", "planned": None, "accepted": None,
    }  # fmt: skip


@given(st.integers(10, 5_000), st.floats(0.01, 20), st.data())
def test_what_a_hidden_channel_costs_at_most_is_the_same_however_few_it_reaches(
    everybody: int, price: float, data: st.DataObject
) -> None:
    one, other = (data.draw(st.integers(1, everybody)) for _ in range(2))
    told = [cost_bound.bound([(persons, persons * price), (0, 2500.0)], everybody) for persons in (one, other)]
    assert told[0] == pytest.approx(told[1])
    assert told[0] >= 2500 + max(one, other) * price


@PAGES
@given(st.integers(0, 10_000))
def test_in_no_small_campaign_is_a_hidden_group_told_by_its_pages_together(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    drawn = random.Random(seed)
    folder = tmp_path_factory.mktemp("run")
    workplace = Workplace(home=folder / "home", key=b"a key for tests only")
    lives = drawn.sample(["adults", "over_80", "children", "senior"], drawn.randint(2, 4))
    people = [
        resident(number, drawn.choices(lives, [9, 3, 2, 1][: len(lives)])[0], drawn.random() < 0.7,
                 drawn.random() < 0.8, "dead" if drawn.random() < 0.04 else "alive")
        for number in range(drawn.randint(60, 160))
    ]  # fmt: skip
    later = {"share": drawn.choice([0.1, 0.3, 0.5]), "later": 14} if drawn.random() < 0.5 else {}
    run = published(workplace, folder, people, **later)
    shown, known = all_figures(workplace, run)
    assert tells(shown, known) == []
