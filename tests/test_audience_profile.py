"""Who the audience is, on the table and on the page: nothing tells of fewer than ten people."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import lxml.html
import numpy
import pytest
from browser import faults_shown
from hypothesis import given, settings
from hypothesis import strategies as st
from small_city import Resident, begin, brief, insert, move_in, rows, sent

from campaigns.brief_loading import find_campaign
from campaigns.errors import BriefInvalid
from flows.audience import analyse
from flows.commands.campaign import audience_lines
from tasks import audience, audience_page, audience_profile, previews, store
from tasks.profile_cells import APPROACHED, SELECTED, Cell, Row, profile_rows, standing_rows
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

DIMENSIONS = ("reachability", "life_situation", "age", "need")

someone = st.fixed_dictionaries(
    {
        "reachability": st.sampled_from(["email", "postal", "email+postal", "email+mobile", "unreachable"]),
        "age": st.sampled_from(["18-29", "65-79", "80-"]),
        "need": st.sampled_from("abcd"),
        "inside": st.booleans(),
        "meant": st.booleans(),
        "missed": st.booleans(),
    }
)
crowds = st.lists(st.tuples(someone, st.integers(1, 40)), min_size=1, max_size=14)


def people_of(crowd: Iterable[tuple[dict[str, Any], int]]) -> list[dict[str, Any]]:
    """The same band of age has the same life situation, as those over 80 have."""
    return [one | {"life_situation": f"band {one['age']}"} for one, times in crowd for _ in range(times)]


def cells_of(people: list[dict[str, Any]]) -> list[Cell]:
    found = []
    for dimension in ("everybody", *DIMENSIONS):
        for value in sorted({one.get(dimension, "") for one in people}):
            group = [(number, one) for number, one in enumerate(people) if one.get(dimension, "") == value]
            inside = [(number, one) for number, one in group if one["inside"]]
            meant = [one for _, one in inside if one["meant"]]
            city = {} if dimension == "need" else {"city": len(group), "outside": len(group) - len(inside)}
            same = hash(tuple(number for number, _ in inside)) if inside else None
            missed = sum(one["missed"] for one in meant)
            found.append(Cell(dimension, value, len(inside), **city, meant=len(meant), missed=missed, fingerprint=same))
    return found


def recoverable(people: list[dict[str, Any]], shown: list[Row]) -> list[tuple[str, str]]:
    """Every hidden group of one to nine that follows by adding and subtracting what is shown, over all dimensions."""
    names = sorted({(dimension, one[dimension]) for dimension in DIMENSIONS for one in people})
    column = {name: number for number, name in enumerate(names)}
    sizes = Counter((dimension, one[dimension]) for one in people if one["inside"] for dimension in DIMENSIONS)
    equations = []
    for dimension in DIMENSIONS:
        equations.append([float(name[0] == dimension) for name in names])
    for row in shown:
        if row.persons is not None and (row.dimension, row.value) in column:
            equations.append([float(name == (row.dimension, row.value)) for name in names])
        if row.persons is not None and row.dimension == "address_kind":
            equations.append([float(name[0] == "reachability" and row.value in name[1].split("+")) for name in names])
    for age, situation in ((name, ("life_situation", f"band {name[1]}")) for name in names if name[0] == "age"):
        equations.append([float(name == age) - float(name == situation) for name in names])
    matrix = numpy.array(equations)
    rank = numpy.linalg.matrix_rank(matrix)
    units = numpy.eye(len(names))
    return [
        name
        for name, number in column.items()
        if 0 < sizes[name] < 10 and numpy.linalg.matrix_rank(numpy.vstack([matrix, units[number]])) == rank
    ]


@settings(deadline=None)
@given(crowds)
def test_no_group_below_ten_is_shown_or_follows_from_what_is_shown(crowd: list[tuple[dict[str, Any], int]]) -> None:
    people = people_of(crowd)
    shown = profile_rows(cells_of(people))
    everybody = sum(one["inside"] for one in people)
    for row in shown:
        assert row.persons is None or row.persons == 0 or row.persons >= 10
        assert row.city_persons is None or row.city_persons == 0 or row.city_persons >= 10
    if everybody >= 10:
        assert recoverable(people, shown) == []


@settings(deadline=None)
@given(crowds)
def test_the_city_beside_the_audience_never_tells_of_the_few_who_are_outside(
    crowd: list[tuple[dict[str, Any], int]],
) -> None:
    people = people_of(crowd)
    cells = {(cell.dimension, cell.value): cell for cell in cells_of(people)}
    shown = profile_rows(cells.values())
    (city,) = (row.city_persons for row in shown if row.dimension == "everybody")
    for dimension in ("everybody", "reachability", "life_situation", "age"):
        hidden = []
        for row in (row for row in shown if row.dimension == dimension):
            cell = cells[row.dimension, row.value]
            if row.persons is not None and row.city_persons is not None:
                assert not 0 < row.city_persons - row.persons < 10
            elif row.city_persons is None and cell.city:
                hidden.append(cell.city)
        assert city is None or not hidden or (len(hidden) > 1 and sum(hidden) >= 10)


@settings(deadline=None)
@given(crowds)
def test_a_share_missed_before_stands_for_ten_missed_and_ten_reached(crowd: list[tuple[dict[str, Any], int]]) -> None:
    people = people_of(crowd)
    cells = {(cell.dimension, cell.value): cell for cell in cells_of(people)}
    for row in profile_rows(cells.values()):
        if row.missed_before_share is not None:
            cell = cells[row.dimension, row.value]
            assert min(cell.missed, cell.meant - cell.missed) >= 10
            assert row.missed_before_share == pytest.approx(cell.missed / cell.meant)


REASONS = ("held_out", "protected", "dead", "objected", "contact_cap")


@given(st.dictionaries(st.sampled_from([APPROACHED, *REASONS]), st.integers(0, 60), min_size=1))
def test_no_reason_below_ten_follows_from_the_sum_or_from_whom_the_plan_shows(counts: dict[str, int]) -> None:
    shown = {row.value: row.persons for row in standing_rows(counts)}
    total = shown.pop(SELECTED)
    assert all(persons is None or persons >= 10 for persons in shown.values())
    approached = counts.get(APPROACHED, 0)
    assert approached < 10 or shown[APPROACHED] == approached
    hidden = [counts.get(name, 0) for name, persons in shown.items() if persons is None]
    assert total is None or not hidden or (len(hidden) > 1 and sum(hidden) >= 10)


def neighbours() -> list[Resident]:
    """A hundred and twenty people, the last forty of them with a letter box only."""
    return [
        Resident(
            f"p{number:03}", f"h{number:03}", email=f"e{number}" if number < 80 else "", easy_read=number % 4 == 0,
            language="en" if number % 3 == 0 else "sv",
            attributes={"life_situation": "over_80" if number < 30 else "adults"},
        )
        for number in range(120)
    ]  # fmt: skip


def prepared(workplace: Workplace, folder: Path, residents: list[Resident], **changes: Any) -> str:
    move_in(workplace, residents)
    soon = {"name": "external", "start": datetime.now(UTC) + timedelta(days=1), "audience": "audience.sql"}
    run = begin(workplace, folder, brief(**{"holdout": {"share": 0, "by": "household"}, "waves": [soon]} | changes))
    audience.select_audience(workplace, run)
    audience.draw_holdout(workplace, run)
    audience_profile.write_profile(workplace, run)
    return run


def profile(workplace: Workplace, dimension: str) -> dict[str, tuple[Any, ...]]:
    query = (
        "SELECT value, persons, round(share, 3), city_persons, round(missed_before_share, 3) "
        f"FROM audience_profile WHERE dimension = '{dimension}'"
    )
    return {value: figures for value, *figures in map(tuple, rows(workplace, query))}


def test_the_table_tells_the_audience_by_address_knowledge_and_language_beside_the_city(
    workplace: Workplace, tmp_path: Path
) -> None:
    strangers = [Resident(f"x{number}", f"y{number}", kind="customers") for number in range(20)]
    prepared(workplace, tmp_path, [*neighbours(), *strangers])
    assert profile(workplace, "standing") == {
        "may_be_contacted": [120, 1.0, None, None], "selected": [120, 1.0, None, None],
    }  # fmt: skip
    assert profile(workplace, "reachability") == {
        "email+postal": [80, 0.667, 80, None], "postal": [40, 0.333, 40, None],
    }  # fmt: skip
    assert profile(workplace, "address_kind") == {
        "email": [80, 0.667, 80, None], "postal": [120, 1.0, 120, None],
    }  # fmt: skip
    assert profile(workplace, "life_situation") == {
        "over_80": [30, 0.25, None, None], "adults": [90, 0.75, None, None],
    }  # fmt: skip
    assert profile(workplace, "language")["en"] == [40, 0.333, 40, None]
    assert profile(workplace, "easy_read")["yes"] == [30, 0.25, 30, None]
    assert profile(workplace, "age") == {"45-64": [120, 1.0, 120, None]}


def earlier_run(workplace: Workplace, folder: Path, reached: int, meant: int) -> None:
    """A run a day ago of another campaign that meant to reach the first ``meant`` people and reached some of them."""
    other = {"name": "external", "start": datetime.now(UTC) - timedelta(days=1), "audience": "audience.sql"}
    run = begin(workplace, folder / "earlier", brief(edition="earlier", title="Återbruk", waves=[other]))
    with store.writing(workplace) as connection:
        connection.execute("UPDATE run SET state = 'published', campaign = 'aterbruk' WHERE run = ?", [run])
        connection.execute(
            "INSERT INTO audience BY NAME SELECT ? AS run, 'external' AS wave, person_key, 'population' AS kind, "
            "'treated' AS arm FROM person WHERE person_key < ?", [run, f"p{meant:03}"],
        )  # fmt: skip
        for table in ("assignment", "message"):
            connection.execute(
                f"INSERT INTO {table} BY NAME SELECT run, wave, person_key, 'email' AS channel, "
                "'m' || person_key AS message_id FROM audience WHERE run = ?", [run],
            )  # fmt: skip
        connection.execute(
            "INSERT INTO delivery_event BY NAME SELECT run, message_id, 's' AS segment, 0 AS \"offset\", "
            "now() - INTERVAL 1 DAY AS happened_at, 'accepted' AS status FROM message WHERE person_key < ?",
            [f"p{reached:03}"],
        )  # fmt: skip


def test_it_tells_whom_earlier_campaigns_missed_and_who_else_meets_the_same_people(
    workplace: Workplace, tmp_path: Path
) -> None:
    move_in(workplace, neighbours())
    earlier_run(workplace, tmp_path, reached=60, meant=100)
    run = prepared(workplace, tmp_path, neighbours())
    assert profile(workplace, "everybody")[""] == [120, 1.0, 120, 0.4]
    assert profile(workplace, "reachability")["postal"][3] is None
    found = rows(workplace, "SELECT title, sender, persons, round(share, 3) FROM audience_overlap")
    assert found == [("Återbruk", "Stockholm Vatten och Avfall", 100, 0.833)]
    assert set(dict(rows(workplace, f"SELECT contacts_left, count(*) FROM audience WHERE run = '{run}' GROUP BY 1")))


@pytest.mark.parametrize(("meant", "shown"), [(4, None), (113, None), (60, 60)])
def test_an_overlap_of_few_or_of_all_but_few_is_not_told(
    workplace: Workplace, tmp_path: Path, meant: int, shown: int | None
) -> None:
    move_in(workplace, neighbours())
    earlier_run(workplace, tmp_path, reached=0, meant=meant)
    prepared(workplace, tmp_path, neighbours())
    assert rows(workplace, "SELECT persons FROM audience_overlap") == [(shown,)]


def test_the_page_is_swedish_and_readable_and_shows_no_group_below_ten(workplace: Workplace, tmp_path: Path) -> None:
    gone = [Resident(f"q{number}", f"q{number}", status="dead") for number in range(3)]
    move_in(workplace, neighbours())
    earlier_run(workplace, tmp_path, reached=60, meant=100)
    run = prepared(workplace, tmp_path, [*neighbours(), *gone], holdout={"share": 0.1, "by": "household"})
    with store.writing(workplace) as connection:
        extracted = datetime.now(UTC).date() - timedelta(days=3)
        insert(connection, "register_extract", [{"kind": "population", "extracted_on": extracted}])
    store.take_snapshot(workplace)
    page = audience_page.write_audience_page(workplace, run)
    shown = lxml.html.document_fromstring(page.read_text(encoding="utf-8"))
    text = " ".join(" ".join(str(piece) for piece in shown.itertext()).split())
    for expected in ("Vilka som får kontaktas", "nås med brev", "Återbruk", "lottade till kontrollgruppen"):
        assert expected in text
    assert "Befolkningsregistret" in text
    figures = [
        cell.text_content().strip() for cell in shown.xpath("//table[not(caption[contains(., 'Register')])]//td")
    ]
    counts = {row[0].text_content(): row[1].text_content() for row in shown.iter("tr") if len(row) > 1}
    assert counts["utelämnade, av skäl som inte visas"] == "visas inte"
    assert [figure for figure in figures if figure.isdigit() and 0 < int(figure) < 10] == []
    assert faults_shown(page) == []
    preview = lxml.html.document_fromstring(previews.write_preview(workplace, run).read_text(encoding="utf-8"))
    assert preview.xpath("//a[@href='audience.html']")
    english = audience_page.write_audience_page(replace(workplace, language="en"), run).read_text(encoding="utf-8")
    assert "Who may be contacted" in english


def test_the_water_leak_has_an_audience_before_anything_is_planned(workplace: Workplace) -> None:
    move_in(workplace, neighbours())
    with store.writing(workplace) as connection:
        connection.execute("UPDATE person SET area = CASE WHEN person_key < 'p060' THEN '117' ELSE '112' END")
    found = analyse(workplace, find_campaign("vattenlacka"))
    assert found["waves"] == [{"wave": "external", "persons": {"may_be_contacted": 60, "selected": 60}}]
    assert "no control group" in found["warnings"][0]
    assert Path(found["page"]).exists()
    assert rows(workplace, "SELECT count(*) FROM plan UNION ALL SELECT count(*) FROM variant") == [(0,), (0,)]
    told = audience_lines(found)
    assert told[1:3] == ["external  may be contacted: 60", "external  in the whole audience: 60"]
    sent(workplace, "another", "1", "p001")
    again = analyse(workplace, find_campaign("vattenlacka"))
    assert again["waves"] == found["waves"]


def test_an_audience_that_has_been_prepared_is_shown_and_left_as_it_is(workplace: Workplace) -> None:
    move_in(workplace, neighbours())
    with store.writing(workplace) as connection:
        connection.execute("UPDATE person SET area = '117'")
    folder = find_campaign("vattenlacka")
    run = analyse(workplace, folder)["run"]
    rows(workplace, "UPDATE run SET state = 'approved'")
    rows(workplace, "UPDATE person SET area = '112'")
    assert analyse(workplace, folder)["waves"][0]["persons"]["selected"] == 120
    assert rows(workplace, "SELECT run, state FROM run") == [(run, "approved")]


def test_a_brief_with_a_fault_beyond_its_texts_has_no_audience(workplace: Workplace, tmp_path: Path) -> None:
    folder = tmp_path / "vattenlacka"
    folder.mkdir()
    for name in ("campaign.yaml", "audience.sql"):
        text = (find_campaign("vattenlacka") / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("baseline: 0.3", "baseline: 0.8"), encoding="utf-8")
    with pytest.raises(BriefInvalid) as refused:
        analyse(workplace, folder)
    assert {finding.gate for finding in refused.value.findings} == {"objective_moves"}
