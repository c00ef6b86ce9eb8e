"""The plan: every person accounted for, never over budget, letters by household, floors kept or refused."""

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import lxml.html
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_city import begin, brief, insert, rows, selected

from campaigns.channels import load_channels, read_channels
from campaigns.errors import BriefInvalid, GateRefused, InputError
from tasks import accounts, audience, channels, empty_floors, runs, store
from tasks.previews import write_preview
from tasks.workplace import Workplace, pseudonym

pytestmark = pytest.mark.usefixtures("kept_open")

FEW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PLANNED = ("audience", "assignment", "plan", "message_slot")
NO_HOLDOUT = {"share": 0, "by": "household"}
LETTER = load_channels()["letter"].unit_cost_sek
SETUP = load_channels()["letter"].setup_sek + load_channels()["letter"].translation_sek


def person(number: int, household: int, email: bool, postal: bool = True, **more: Any) -> dict[str, Any]:
    traits = {"need": more.pop("need", "needs_bin"), "life_situation": more.pop("life", "adults")}
    return {
        "person": f"p{number:03}",
        "household": f"h{household}",
        "email": f"mail{number}" if email else "",
        "postal": postal,
        "segment": "/".join(traits.values()),
        "traits": traits,
        **more,
    }


people = st.lists(
    st.tuples(
        st.integers(0, 15),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["adults", "over_80"]),
        st.sampled_from([None, None, None, "dead", "protected"]),
    ),
    min_size=1,
    max_size=50,
).map(lambda drawn: [person(i, h, e, p, life=life, reason=reason) for i, (h, e, p, life, reason) in enumerate(drawn)])


def planned(workplace: Workplace, run: str, crowd: list[dict[str, Any]]) -> list[list[tuple[Any, ...]]]:
    selected(workplace, run, crowd)
    audience.draw_holdout(workplace, run)
    channels.plan_channels(workplace, run)
    return state(workplace, run)


def state(workplace: Workplace, run: str, tables: Sequence[str] = PLANNED) -> list[list[tuple[Any, ...]]]:
    return [rows(workplace, f"SELECT * FROM {table} WHERE run = '{run}' ORDER BY ALL") for table in tables]


def assigned(workplace: Workplace) -> dict[str, tuple[str, str]]:
    return {name: rest for name, *rest in rows(workplace, "SELECT person_key, channel, message_id FROM assignment")}


@pytest.mark.slow
@FEW
@given(
    people, st.floats(0, SETUP + 200), st.floats(0, 0.4), st.sampled_from([0.0, 0.1, 0.5]), st.sampled_from([0.0, 0.2])
)
def test_every_person_is_accounted_for_and_no_limit_is_passed(
    workplace: Workplace,
    tmp_path: Path,
    crowd: list[dict[str, Any]],
    sek: float,
    co2: float,
    share: float,
    tried: float,
) -> None:
    held = {"share": share, "by": "household"}
    text = brief(budget={"sek": sek, "co2_kg": co2}, holdout=held, exploration=tried)
    run = begin(workplace, tmp_path, text)
    planned(workplace, run, crowd)
    with store.writing(workplace) as connection:
        persons = accounts.persons_accounted(connection, run)
    assert persons["audience"] == len(crowd) == persons["held_out"] + persons["excluded"] + persons["assigned"]
    assert sum(persons["excluded_by_reason"].values()) == persons["excluded"]
    messages = rows(workplace, "SELECT DISTINCT channel, message_id FROM assignment")
    spent = sum(load_channels()[channel].unit_cost_sek for channel, _ in messages)
    spent += sum(cost for (cost,) in rows(workplace, "SELECT cost_sek FROM plan WHERE segment = 'all'"))
    carbon = sum(load_channels()[channel].co2_kg for channel, _ in messages)
    assert spent <= sek + 1e-9
    assert carbon <= co2 + 1e-9
    ((cost, weight, counted),) = rows(
        workplace, f"SELECT sum(cost_sek), sum(co2_kg), sum(persons) FROM plan WHERE run = '{run}'"
    )
    assert (cost, weight) == (pytest.approx(spent, abs=1e-4), pytest.approx(carbon, abs=1e-6))
    assert counted == persons["audience"] - persons["held_out"] - sum(one["reason"] is not None for one in crowd)


@pytest.mark.slow
@FEW
@given(people, st.floats(SETUP, SETUP + 120))
def test_a_household_shares_one_letter_and_is_never_split_by_the_money(
    workplace: Workplace, tmp_path: Path, crowd: list[dict[str, Any]], sek: float
) -> None:
    run = begin(workplace, tmp_path, brief(budget={"sek": sek, "co2_kg": 100}, holdout=NO_HOLDOUT))
    planned(workplace, run, crowd)
    got = assigned(workplace)
    by_letter: dict[str, set[tuple[str, ...]]] = {}
    for one in crowd:
        if one["reason"] is None and one["postal"] and not one["email"]:
            by_letter.setdefault(one["household"], set()).add(tuple(got.get(one["person"], ())))
    for household, outcomes in by_letter.items():
        message = pseudonym(workplace.key, "message", f"{run}:{household}:letter:external")
        assert outcomes in ({()}, {("letter", message)})


def test_print_is_only_for_those_whom_nothing_digital_reaches(workplace: Workplace, tmp_path: Path) -> None:
    run = begin(workplace, tmp_path, brief(holdout=NO_HOLDOUT))
    crowd = [person(0, 0, True), person(1, 1, False), person(2, 2, True, False), person(3, 3, False, False)]
    planned(workplace, run, crowd)
    assert {name: channel for name, (channel, _) in assigned(workplace).items()} == {
        "p000": "email", "p001": "letter", "p002": "email",
    }  # fmt: skip
    assert rows(
        workplace, "SELECT person_key, excluded_reason, arm FROM audience WHERE excluded_reason IS NOT NULL"
    ) == [("p003", "unreachable", "treated")]
    message = pseudonym(workplace.key, "message", f"{run}:p000:email:external")
    assert assigned(workplace)["p000"] == ["email", message]


def test_what_the_money_does_not_reach_is_said_and_the_city_page_stands_in_the_plan(
    workplace: Workplace, tmp_path: Path
) -> None:
    budget = {"sek": SETUP + LETTER * 3.5, "co2_kg": 100}
    run = begin(workplace, tmp_path, brief(budget=budget, holdout=NO_HOLDOUT))
    planned(workplace, run, [person(number, number, False) for number in range(10)])
    query = "SELECT segment, channel, persons, cost_sek, reason FROM plan WHERE persons > 0 OR channel = 'web' "
    found = rows(workplace, query + "ORDER BY channel")
    assert [row[:4] for row in found] == [
        ("needs_bin/adults", "letter", 3, 3 * LETTER),
        ("needs_bin/adults", "none", 7, 0.0),
        ("all", "web", 0, 0.0),
    ]
    assert "Tryckt post" in found[0][4]
    assert "Budgeten" in found[1][4]
    assert rows(workplace, "SELECT count(*) FROM audience WHERE excluded_reason = 'over_budget'") == [(7,)]


def test_the_plan_is_the_same_in_another_order_on_one_thread_and_when_run_again(
    workplace: Workplace, tmp_path: Path
) -> None:
    crowd = [person(i, i % 31, i % 3 == 0, i % 7 > 0, life="over_80" if i % 5 == 0 else "adults") for i in range(90)]
    floors = [{"group": "life_situation=over_80", "reach": 0.8}]
    run = begin(workplace, tmp_path, brief(budget={"sek": SETUP + 140, "co2_kg": 100}, floors=floors))
    first = planned(workplace, run, crowd)
    design = runs.load(workplace, run).design
    channels.plan_channels(workplace, run)
    assert state(workplace, run) == first
    held = duckdb.connect(workplace.database)
    held.execute("SET threads = 1")
    assert planned(workplace, run, crowd[::-1]) == first
    assert runs.load(workplace, run).design == design
    held.close()


def test_two_waves_and_exploration_do_not_depend_on_the_order_of_rows_or_the_threads(
    workplace: Workplace, tmp_path: Path
) -> None:
    names = ("first", "second")
    waves = [
        {"name": name, "start": f"2027-01-1{day}T08:00:00+01:00", "audience": "audience.sql"}
        for day, name in enumerate(names)
    ]
    crowd = [person(i, i // 2, i % 6 < 2, i % 7 > 0, life="over_80" if i % 5 == 0 else "adults") for i in range(120)]
    run = begin(workplace, tmp_path, brief(waves=waves, budget={"sek": SETUP + 900, "co2_kg": 100}, exploration=0.2))
    held = duckdb.connect(workplace.database)
    found = []
    for threads, order in ((4, crowd), (1, crowd[::-1]), (2, random.Random(1).sample(crowd, len(crowd)))):
        held.execute("SET threads = ?", [threads])
        for name in names:
            selected(workplace, run, order, name)
        audience.draw_holdout(workplace, run)
        channels.plan_channels(workplace, run)
        found.append(state(workplace, run, (*PLANNED, *channels.EXPLAINED)))
    held.close()
    assert found[1:] == [found[0]] * 2
    twice = "SELECT count(*) FROM (SELECT person_key FROM assignment GROUP BY person_key HAVING count(*) = 2)"
    shared = "SELECT count(*) FROM (SELECT message_id FROM assignment GROUP BY message_id HAVING count(*) > 1)"
    for query in (twice, shared, "SELECT count(*) FROM assignment WHERE explored"):
        assert rows(workplace, query)[0][0] > 0


def test_a_floor_moves_money_to_its_group(workplace: Workplace, tmp_path: Path) -> None:
    crowd = [person(i, i // 3, False) for i in range(30)]
    crowd += [person(100 + i, 100 + i, False, life="over_80") for i in range(10)]
    budget, nobody = {"sek": SETUP + LETTER * 10, "co2_kg": 100}, NO_HOLDOUT
    floors = [{"group": "life_situation=over_80", "reach": 0.8}]
    reached = []
    for kept in ([], floors):
        run = begin(workplace, tmp_path, brief(budget=budget, holdout=nobody, floors=kept))
        planned(workplace, run, crowd)
        reached.append(sum(name >= "p100" for name in assigned(workplace)))
    assert reached == [0, 8]
    floor = rows(workplace, "SELECT floor_group, share, addressable, reached FROM plan_floor")
    assert floor == [("life_situation=over_80", 0.8, 10, None)]


def test_floors_that_the_budget_cannot_keep_are_refused_with_the_money_needed(
    workplace: Workplace, tmp_path: Path
) -> None:
    floors = [{"group": "life_situation=over_80", "reach": 0.8}]
    run = begin(
        workplace,
        tmp_path,
        brief(budget={"sek": SETUP + 20, "co2_kg": 9}, holdout=NO_HOLDOUT, floors=floors),
    )
    selected(workplace, run, [person(i, i, False, life="over_80") for i in range(10)])
    audience.draw_holdout(workplace, run)
    with pytest.raises(
        GateRefused,
        match=r"at least 80 % of over 80 \(life_situation\) and 3,720 kr cannot both hold: 3,800 kr is needed",
    ):
        channels.plan_channels(workplace, run)
    assert rows(workplace, "SELECT count(*) FROM assignment") == [(0,)]


def test_a_floor_for_a_group_that_nobody_belongs_to_is_told_with_the_value_that_may_be_meant(
    workplace: Workplace, tmp_path: Path
) -> None:
    floors = [{"group": "life_situation=over80", "reach": 0.8}, {"group": "life_situation=over_80", "reach": 0.1}]
    run = begin(workplace, tmp_path, brief(holdout=NO_HOLDOUT, floors=floors))
    planned(workplace, run, [person(i, i, True, life="over_80") for i in range(12)])
    (told,) = empty_floors.warnings_of(workplace, run)
    assert "life_situation=over80," in told
    assert told.endswith("Did you mean `over_80`? The audience has over_80.")
    store.take_snapshot(workplace)
    page = lxml.html.document_fromstring(write_preview(workplace, run).read_text(encoding="utf-8"))
    cells = {row[0].text_content(): row[2].text_content() for row in page.iter("tr") if len(row) == 4}
    assert cells["over80"] == "ingen som får kontaktas hör till gruppen"
    assert list(cells.values()).count(cells["over80"]) == 1


def test_a_floor_about_an_unknown_column_is_a_fault_of_the_brief(workplace: Workplace, tmp_path: Path) -> None:
    run = begin(workplace, tmp_path, brief(floors=[{"group": "lifesituation=over_80", "reach": 0.8}]))
    selected(workplace, run, [person(0, 0, True)])
    with pytest.raises(BriefInvalid, match="no column lifesituation"):
        channels.plan_channels(workplace, run)


def test_waves_share_one_budget(workplace: Workplace, tmp_path: Path) -> None:
    waves = [
        {"name": name, "start": f"2027-01-1{day}T08:00:00+01:00", "audience": "audience.sql"}
        for name, day in (("second", 8), ("first", 7))
    ]
    text = brief(waves=waves, budget={"sek": SETUP + LETTER * 5, "co2_kg": 9}, holdout=NO_HOLDOUT)
    run = begin(workplace, tmp_path, text)
    for name, first in (("first", 0), ("second", 10)):
        selected(workplace, run, [person(first + i, first + i, False) for i in range(4)], name)
        first_points = "CREATE OR REPLACE TABLE kept AS FROM contact_point" if name == "first" else "SELECT 1"
        rows(workplace, first_points)
    rows(workplace, "INSERT INTO contact_point FROM kept")
    rows(workplace, "DROP TABLE kept")
    channels.plan_channels(workplace, run)
    assert rows(workplace, "SELECT wave, count(*) FROM assignment GROUP BY wave ORDER BY wave") == [
        ("first", 4), ("second", 1),
    ]  # fmt: skip


def test_the_newest_belief_of_the_segment_decides(workplace: Workplace, tmp_path: Path) -> None:
    run = begin(workplace, tmp_path, brief(budget={"sek": SETUP + LETTER * 10, "co2_kg": 9}, holdout=NO_HOLDOUT))
    crowd = [person(i, i, False, life="adults" if i < 10 else "over_80") for i in range(20)]
    with store.writing(workplace) as connection:
        belief = {"channel": "letter", "segment": "needs_bin/over_80", "beta": 1.0, "source": "evaluation"}
        insert(
            connection,
            "response_belief",
            [
                belief | {"alpha": 9.0, "updated_at": "2026-01-01T00:00:00+00:00"},
                belief | {"alpha": 0.01, "updated_at": "2026-02-01T00:00:00+00:00"},
            ],
        )
    planned(workplace, run, crowd)
    assert {name for name in assigned(workplace)} == {f"p{i:03}" for i in range(10)}
    priors = rows(workplace, "SELECT channel, alpha FROM response_belief WHERE source = 'prior' ORDER BY channel")
    assert priors == [("email", 2.0), ("letter", 3.0), ("posters", 1.0), ("sms", 2.4), ("social", 1.0)]


def test_slots_hold_names_values_dates_in_words_and_defaults_of_the_language(
    workplace: Workplace, tmp_path: Path
) -> None:
    slots = [
        {"name": "first_name", "kind": "text", "default": {"sv": "du", "en": "you"}},
        {"name": "pickup_place", "kind": "text", "default": {"sv": "nära", "en": "near"}},
        {"name": "day", "kind": "date", "default": {"sv": "snart", "en": "soon"}},
    ]
    run = begin(workplace, tmp_path, brief(slots=slots, holdout=NO_HOLDOUT))
    crowd = [
        person(0, 0, True, slots={"pickup_place": "Exempelplan 1", "day": "2027-01-18"}),
        person(1, 1, True, language="en", slots={"pickup_place": None, "day": None}),
        person(2, 2, False, language="en", slots={"pickup_place": "", "day": "2027-01-18"}),
    ]
    selected(workplace, run, crowd)
    rows(workplace, "UPDATE identity SET first_name = '' WHERE person_key = 'p001'")
    channels.plan_channels(workplace, run)
    found = dict(rows(workplace, "SELECT person_key, slots FROM message_slot"))
    assert found == {
        "p000": {"first_name": "Testp000", "last_name": "", "pickup_place": "Exempelplan 1", "day": "18 januari 2027"},
        "p001": {"first_name": "you", "last_name": "", "pickup_place": "near", "day": "soon"},
        "p002": {"first_name": "Testp002", "last_name": "", "pickup_place": "near", "day": "18 January 2027"},
    }


def test_channels_are_described_and_a_wrong_row_is_named(tmp_path: Path) -> None:
    assert {"email", "letter", "web"} <= set(load_channels())
    file = tmp_path / "channels.yaml"
    file.write_text("email: {address_kind: pigeon}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"channels.yaml, email.address_kind"):
        read_channels(file)
    file.write_text("email: [\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"channels.yaml:\d"):
        read_channels(file)


def test_evidence_of_the_plan_is_kept(workplace: Workplace, tmp_path: Path) -> None:
    run = begin(workplace, tmp_path, brief(holdout=NO_HOLDOUT))
    planned(workplace, run, [person(0, 0, True)])
    folder = workplace.run_folder(run, "evidence")
    for table in PLANNED:
        kept = duckdb.connect().sql(f"SELECT count(*) FROM '{folder / table}.parquet'").fetchall()
        assert kept == rows(workplace, f"SELECT count(*) FROM {table}")
    design: Mapping[str, Any] = json.loads(rows(workplace, "SELECT design FROM run")[0][0])
    assert {"designed_half_width", "expected_effect", "planned_sek", "planned_co2_kg"} <= set(design)


def test_a_broadcast_channel_is_bought_where_it_pays_and_stands_in_the_plan_without_persons(
    workplace: Workplace, tmp_path: Path
) -> None:
    named = ["email", "letter", "web", "social"]
    crowd = [person(number, number, True) for number in range(20)]
    social = load_channels()["social"]
    found = []
    for sek in (social.setup_sek - 1, social.setup_sek + 10):
        run = begin(workplace, tmp_path, brief(channels=named, budget={"sek": sek, "co2_kg": 99}, holdout=NO_HOLDOUT))
        planned(workplace, run, crowd)
        found.append(rows(workplace, "SELECT persons, cost_sek, expected_effect FROM plan WHERE channel = 'social'"))
    assert found[0] == []
    ((persons, cost, effect),) = found[1]
    assert (persons, cost) == (0, social.setup_sek)
    assert effect == pytest.approx((20 - 20 * 0.1) * 0.30 * 0.01)
    assert len(assigned(workplace)) == 20


def test_both_guardians_of_a_home_get_a_letter_each_where_both_must_act(workplace: Workplace, tmp_path: Path) -> None:
    crowd = [person(number, 0, False) for number in range(2)]
    messages = []
    for both in (False, True):
        run = begin(workplace, tmp_path, brief(both_guardians=both, holdout=NO_HOLDOUT))
        planned(workplace, run, crowd)
        messages.append(len({message for _, message in assigned(workplace).values()}))
    assert messages == [1, 2]


def test_a_broadcast_channel_never_gets_a_possible_brief_refused(workplace: Workplace, tmp_path: Path) -> None:
    crowd = [person(i, i, False, False) for i in range(300)]
    crowd += [person(400 + i, 900 + i // 2, False, life="over_80") for i in range(6)]
    floors = [{"group": "life_situation=over_80", "reach": 0.5}]
    sek = load_channels()["social"].setup_sek + SETUP + LETTER * 1.6
    text = brief(
        channels=["email", "letter", "web", "social"], budget={"sek": sek, "co2_kg": 100}, holdout=NO_HOLDOUT,
        floors=floors,
    )  # fmt: skip
    run = begin(workplace, tmp_path, text)
    planned(workplace, run, crowd)
    assert len(assigned(workplace)) >= 3
