"""The follow-up of the programme: every goal and body of a period, few never shown, late ones reminded of."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import duckdb
import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from browser import faults_shown
from follow_up_scene import HEARD, NOW, PERIOD, year
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.errors import GatewayUnavailable, InputError
from campaigns.language import CATALOGUES
from campaigns.period import last_tertial, read_period
from campaigns.programme import load_programme
from flows.demo_city import write_directory
from tasks import decisions, follow_up_mail, overdue_page, reminders, store
from tasks.disclosure import reach_rows
from tasks.follow_up import TABLES, FollowUp, follow_up
from tasks.follow_up_words import MEASURES
from tasks.gateways.smtp import accepted, running_gateway
from tasks.reports import write_report
from tasks.status import all_runs, run_status
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workplace, dict[str, str]]:
    workplace = Workplace(home=tmp_path_factory.mktemp("programme") / "home", key=b"a key for tests only")
    return workplace, year(workplace)


@pytest.fixture(scope="module")
def found(city: tuple[Workplace, dict[str, str]]) -> FollowUp:
    return follow_up(city[0], PERIOD)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-T1", date(2026, 1, 1), date(2026, 4, 30)),
        ("2026-t3", date(2026, 9, 1), date(2026, 12, 31)),
        ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_a_period_is_a_year_a_tertial_a_quarter_or_a_month(written: str, first: date, last: date) -> None:
    period = read_period(written)
    assert (period.first_day, period.last_day) == (first, last)
    assert read_period(period.name) == period


@pytest.mark.parametrize("written", ["", "2026-T4", "2026-Q5", "2026-13", "26-T1", "2026-T1-T2", "2026-00"])
def test_anything_else_is_no_period_and_says_what_is(written: str) -> None:
    with pytest.raises(InputError, match="2026-T3"):
        read_period(written)


@given(st.dates(date(2001, 1, 1), date(2199, 12, 31)))
def test_the_newest_tertial_that_is_over_ends_before_the_day_and_the_next_one_does_not(day: date) -> None:
    period = last_tertial(day)
    assert period.last_day < day
    after = period.last_day + timedelta(days=125)
    assert last_tertial(after).first_day > period.last_day
    assert day <= period.last_day + timedelta(days=123)


def test_every_goal_and_every_body_is_listed_also_those_without_a_campaign(found: FollowUp) -> None:
    goals = {row["goal"]: row["campaigns"] for row in found.tables["goals"]}
    assert goals == {"G1": 0, "G2": 0, "G3": 3, "G4": 1}
    bodies = {row["body"]: row["campaigns"] for row in found.tables["bodies"]}
    assert set(bodies) == {body.name for body in load_programme().bodies}
    assert {name: count for name, count in bodies.items() if count} == {
        "Stockholm Vatten och Avfall": 3, "Trafiknämnden": 1,
    }  # fmt: skip
    text = found.page.read_text(encoding="utf-8")
    assert all(body in text for body in bodies)
    assert "Ingen kampanj under perioden tjänar det här målet." in text


def test_what_was_found_told_overridden_and_learnt_stands_on_the_page(found: FollowUp) -> None:
    text = found.page.read_text(encoding="utf-8")
    (campaign,) = [row for row in found.tables["campaigns"] if row["looks_done"]]
    assert (campaign["verdict"], campaign["goal_reached"], campaign["feedback"]) == ("better", True, "kept")
    assert [row["standing"] for row in found.tables["feedback"]] == ["overdue", "open", "kept"]
    assert [(row["gate"], row["overridden"]) for row in found.tables["gates"]] == [("sentence_length", 1)]
    assert found.tables["lessons"]
    for told in (HEARD, "Lagtexten måste återges", found.tables["lessons"][0]["lesson"], "förfallna", "240"):
        assert told in text


def test_every_goal_has_its_cost_and_its_measures_or_the_words_that_there_are_none(found: FollowUp) -> None:
    costs = {row["goal"]: row for row in found.tables["costs"]}
    assert [costs[goal]["sent"] for goal in ("G1", "G2", "G3", "G4")] == [0, 0, 2, 1]
    assert costs["G1"]["spent_sek"] is None
    assert 0 < costs["G3"]["spent_sek"] <= costs["G3"]["budget_sek"]
    assert costs["G3"]["sek_per_person"] > 0
    measures = {row["measure"]: row for row in found.tables["measures"]}
    assert set(measures) == set(MEASURES)
    assert {row["goal"] for row in measures.values()} == {goal.id for goal in load_programme().goals}
    told = {name: (row["value"], row["campaigns"]) for name, row in measures.items() if row["value"] is not None}
    assert told == {
        "feedback_in_time": (0.5, 2),
        "without_override": (round(2 / 3, 3), 3),
        "contributions": (240, 1),
        "changed_decisions": (1, 1),
    }
    text = found.page.read_text(encoding="utf-8")
    assert text.count("uppgift saknas: ingen kampanj har skickats") == 2
    assert text.count('<td class="number">uppgift saknas</td>') == len(measures) - len(told)


@pytest.mark.parametrize(("outcome", "unit"), [("press_answer_hours", "hours"), ("staff_survey", "share")])
def test_what_a_campaign_measures_by_a_measures_name_is_told_of_its_goal(
    views: duckdb.DuckDBPyConnection, outcome: str, unit: str
) -> None:
    views.execute("DELETE FROM run; DELETE FROM evaluation_history")
    newest = {"outcome": outcome, "share": True, "objective": {"reached": 0.5}}
    measured = {"outcome": "other", "share": True, "objective": {"reached": 0.1},
                "kpis": [{"outcome": outcome, "share": True, "level": 0.75}]}  # fmt: skip
    few = {"outcome": outcome, "share": True, "objective": {"reached": 0.01, "few": True},
           "kpis": [{"outcome": outcome, "share": True, "level": 0.02, "few": True}]}  # fmt: skip
    for run, look, answer in (
        ("a", 1, {**newest, "objective": {"reached": 0.1}}), ("a", 2, newest),
        ("a", 3, {**newest, "early": True, "objective": {"reached": 0.9}}), ("b", 1, measured),
        ("c", 1, few),
    ):  # fmt: skip
        views.execute("INSERT INTO evaluation_history VALUES (?, ?, now(), ?)", [run, look, json.dumps(answer)])
    for run in "abc":
        views.execute(
            "INSERT INTO run BY NAME SELECT ? AS run, 'closed' AS state, "
            """'{"schedule": {"start": "2026-05-01T08:00:00+02:00"}}'::JSON AS brief""",
            [run],
        )
    rows = views.execute("SELECT value, unit, campaigns FROM report_measure WHERE measure = ?", [outcome]).fetchall()
    assert rows == [(0.625, unit, 2)]


def test_a_look_before_its_day_counts_nowhere_until_it_is_evaluated_on_its_day(
    views: duckdb.DuckDBPyConnection,
) -> None:
    brief = {"schedule": {"start": "2026-05-01T08:00:00+02:00"}, "goal": "G3", "challenges": ["participation"],
             "sender": {"body": "Trafikkontoret"}}  # fmt: skip
    views.execute("DELETE FROM run; DELETE FROM evaluation_history")
    views.execute(
        "INSERT INTO run BY NAME SELECT 'a' AS run, 'evaluating' AS state, ?::JSON AS brief", [json.dumps(brief)]
    )
    reached = {"objective": {"achieved": True}, "arms": [{"verdict": "better"}], "doubts": []}
    counted = (
        "SELECT max(goal_reached), (SELECT max(goal_reached) FROM report_body), max(effect_shown) FROM report_goal"
    )
    for day, answer, told in (("01", reached | {"early": True}, (0, 0, 0)), ("30", reached, (1, 1, 1))):
        views.execute(
            "INSERT INTO evaluation_history VALUES ('a', 1, ?, ?)", [f"2026-05-{day} 09:00:00+00", json.dumps(answer)]
        )
        assert views.execute(counted).fetchall() == [told]
        newest = views.execute(
            "SELECT counts, goal_reached FROM report_evaluation ORDER BY evaluated_at DESC"
        ).fetchone()
        assert newest == ((True, True) if told[0] else (False, None))


def test_lessons_are_told_in_the_readers_language(city: tuple[Workplace, dict[str, str]], tmp_path: Path) -> None:
    workplace, _names = city
    swedish, english = (follow_up(workplace, PERIOD, language, tmp_path / language) for language in ("sv", "en"))
    told = {row["lesson"] for row in swedish.tables["lessons"]}
    assert len(told) == len(english.tables["lessons"]) > 1
    assert not told & {row["lesson"] for row in english.tables["lessons"]}
    assert "of those whom the message was meant for" in english.page.read_text(encoding="utf-8")


def test_campaigns_of_another_period_do_not_count(city: tuple[Workplace, dict[str, str]], tmp_path: Path) -> None:
    before = follow_up(city[0], read_period(f"{PERIOD.year - 1}"), out=tmp_path)
    assert sum(row["campaigns"] for row in before.tables["goals"]) == 0
    assert len(before.tables["bodies"]) == len(load_programme().bodies)
    assert before.tables["group_reach"] == []


def test_the_parquet_files_hold_the_same_tables_and_no_person(found: FollowUp) -> None:
    with duckdb.connect() as connection:
        for name in TABLES:
            rows = connection.execute("FROM read_parquet(?)", [str(found.page.parent / f"{name}.parquet")])
            columns = [column[0] for column in rows.description or []]
            assert not [column for column in columns if column.endswith("_key")]
            assert len(rows.fetchall()) == len(found.tables[name])


@pytest.mark.slow
@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_page_shows_no_fault_in_a_browser_and_needs_no_script(
    city: tuple[Workplace, dict[str, str]], tmp_path: Path, language: str
) -> None:
    page = follow_up(city[0], PERIOD, language, tmp_path).page
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert f'<html lang="{language}">' in text
    assert faults_shown(page) == []


def test_every_sentence_is_translated() -> None:
    known: set[object] = set()
    for path in CATALOGUES.glob("*.sv.po"):
        with path.open("rb") as source:
            known |= {message.id for message in read_po(source, locale="sv") if message.id and message.string}
    used: set[object] = set()
    sources = {
        "python": (
            "tasks/follow_up_words.py",
            "tasks/follow_up_page.py",
            "tasks/follow_up_mail.py",
            "tasks/reminders.py",
        ),
        "jinja2.ext:babel_extract": (
            "campaigns/layouts/follow_up.html.j2",
            "campaigns/layouts/overdue.html.j2",
            "campaigns/layouts/not_evaluated.html.j2",
        ),
    }
    for method, paths in sources.items():
        for path in paths:
            with (ROOT / path).open("rb") as source:
                used |= {message for _line, message, *_rest in extract(method, source)}
    assert len(used) > 80
    assert used <= known


@pytest.fixture(scope="module")
def views() -> Iterator[duckdb.DuckDBPyConnection]:
    from tasks import schema

    with duckdb.connect(":memory:") as connection:
        schema.migrate(connection)
        yield connection


groups = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).filter(any), min_size=1, max_size=6)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups)
def test_groups_are_hidden_as_the_rules_of_disclosure_say_and_told_in_tens(
    views: duckdb.DuckDBPyConnection, cells: list[tuple[int, int]]
) -> None:
    for table in ("run", "audience", "person", "assignment", "message", "delivery_event"):
        views.execute(f"DELETE FROM {table}")
    views.execute(
        "INSERT INTO run BY NAME SELECT 'r' AS run, 'published' AS state, "
        """'{"schedule": {"start": "2026-05-01T08:00:00+02:00"}}'::JSON AS brief"""
    )
    views.execute(
        "CREATE OR REPLACE TEMP TABLE one AS SELECT district, fate, district || fate || person AS person_key FROM ("
        "SELECT 'g' || unnest(?) AS district, unnest(?) AS fate, unnest(?) AS size)"
        ", LATERAL (SELECT unnest(range(size)) AS person)",
        [
            [number for number in range(len(cells)) for _ in "yn"],
            ["yes", "no"] * len(cells),
            [count for cell in cells for count in cell],
        ],
    )
    views.execute(
        "INSERT INTO person BY NAME SELECT 'population' AS kind, person_key, district FROM one;"
        "INSERT INTO audience BY NAME SELECT 'r' AS run, 'w' AS wave, person_key, 'population' AS kind, "
        "'treated' AS arm FROM one;"
        "INSERT INTO assignment BY NAME SELECT 'r' AS run, 'w' AS wave, person_key, 'email' AS channel, "
        "person_key AS message_id FROM one WHERE fate = 'yes';"
        "INSERT INTO message BY NAME SELECT run, wave, person_key, message_id FROM assignment;"
        "INSERT INTO delivery_event BY NAME SELECT run, message_id, 's' AS segment, 0 AS \"offset\", now() AS "
        "happened_at, 'accepted' AS status FROM message"
    )
    told = views.execute(
        "SELECT persons, reached, missed FROM report_group_reach WHERE dimension = 'district' ORDER BY \"value\""
    ).fetchall()
    expected = reach_rows(cells)
    assert [row[1] is None for row in told] == [row.reached is None for row in expected]
    shown = [(row, cell) for row, cell in zip(told, cells, strict=True) if row[1] is not None]
    assert all(figure % 10 == 0 for row, _ in shown for figure in row)
    assert all(abs(row[1] - cell[0]) <= 5 and abs(row[2] - cell[1]) <= 5 for row, cell in shown)


def test_what_is_late_stands_in_status_and_nothing_else_does(city: tuple[Workplace, dict[str, str]]) -> None:
    workplace, names = city
    late = {each["run"]: each["overdue"] for each in all_runs(workplace)}
    assert late == {names["good"]: False, names["late"]: True, names["open"]: True, names["draft"]: False}
    owed = run_status(workplace, names["late"])["overdue"]
    assert [(each["what"], each["look"]) for each in owed] == [("feedback", None), ("outcomes", 1)]
    assert run_status(workplace, names["good"])["overdue"] == []


def letters(sink: Path) -> list[tuple[str, str, str]]:
    mails = [message_from_bytes((sink / entry["file"]).read_bytes(), policy=default) for entry in accepted(sink)]
    bodies = [mail.get_body(("plain",)) for mail in mails]
    return [(mail["To"], mail["Subject"], body.get_content()) for mail, body in zip(mails, bodies, strict=True) if body]


def test_a_reminder_goes_to_those_who_answer_once_a_week_until_it_is_settled(
    city: tuple[Workplace, dict[str, str]], tmp_path: Path
) -> None:
    workplace, names = city
    with running_gateway(tmp_path / "sink") as url:
        place = replace(workplace, smtp_url=url, directory=write_directory(tmp_path))
        assert reminders.remind(place, NOW) == [names["late"], names["open"]]
        assert reminders.remind(place, NOW + timedelta(days=6)) == []
        mails = letters(tmp_path / "sink")
        assert reminders.remind(place, NOW + timedelta(days=8)) == [names["late"], names["open"]]
    assert {to for to, *_ in mails} == {"komm@example.se", "chef@example.se"}
    assert len(mails) == 4
    (text,) = {body for _, subject, body in mails if "Trygga skolvägar" in subject}
    assert f"budkavle outcomes import {names['late']}" in text
    assert f"budkavle feedback {names['late']}" in text
    logged = [each for each in decisions.read(workplace) if each.action == reminders.SENT]
    assert len(logged) == 4
    assert "@" not in str([each.detail for each in logged])


def test_a_relay_that_does_not_answer_leaves_the_reminder_for_the_next_time(
    city: tuple[Workplace, dict[str, str]], tmp_path: Path
) -> None:
    place = replace(city[0], smtp_url="smtp://127.0.0.1:9", directory=write_directory(tmp_path))
    before = len(list(decisions.read(place)))
    with pytest.raises(GatewayUnavailable):
        reminders.remind(place, NOW + timedelta(days=30))
    assert len(list(decisions.read(place))) == before


def test_the_summary_is_mailed_to_who_answers_for_the_programme(
    city: tuple[Workplace, dict[str, str]], found: FollowUp, tmp_path: Path
) -> None:
    with running_gateway(tmp_path / "sink") as url:
        place = replace(city[0], smtp_url=url, directory=write_directory(tmp_path))
        assert follow_up_mail.mail_summary(place, found.as_dict()) == ["director_city"]
    ((to, subject, body),) = letters(tmp_path / "sink")
    assert to == "direktor@example.se"
    assert str(PERIOD.year) in subject
    assert re.search(r"Löften om återkoppling: 1 hållna, 0 för sent, 1 förfallna", body)


def test_a_campaign_without_outcomes_has_a_red_mark_where_its_report_will_stand(
    city: tuple[Workplace, dict[str, str]],
) -> None:
    workplace, names = city
    assert overdue_page.evaluated_look(workplace, names["late"]) is None
    text = overdue_page.write_overdue_page(workplace, names["late"]).read_text(encoding="utf-8")
    assert 'class="bad"' in text
    assert "utfall för uppföljning 1, väntade" in text
    assert "återkoppling, utlovad till" in text
    assert overdue_page.evaluated_look(workplace, names["good"]) == 1
    report = write_report(workplace, names["good"], 1).read_text(encoding="utf-8")
    assert 'class="bad"' not in report


def test_a_report_of_a_campaign_that_owes_its_feedback_shows_it_in_red(
    city: tuple[Workplace, dict[str, str]],
) -> None:
    workplace, names = city
    with store.writing(workplace) as connection:
        connection.execute("DELETE FROM feedback")
        connection.execute(
            'UPDATE run SET brief = json_merge_patch(brief, \'{"feedback_by": "2026-01-31"}\') WHERE run = ?',
            [names["good"]],
        )
    store.take_snapshot(workplace)
    assert "återkoppling, utlovad till 31 januari 2026" in write_report(workplace, names["good"], 1).read_text()


def test_the_deployed_follow_up_is_made_after_each_tertial_and_mailed() -> None:
    import inspect

    from ruamel.yaml import YAML

    from flows.evaluation import follow_up_programme

    rows = YAML(typ="safe").load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    (row,) = [each for each in rows if each["entrypoint"] == "flows.evaluation.follow_up_programme"]
    assert row["parameters"] == {"mail": True}
    assert set(row["parameters"]) <= set(inspect.signature(follow_up_programme.fn).parameters)
    assert row["schedules"] == [{"cron": "0 7 10 1,5,9 *", "timezone": "Europe/Stockholm"}]
    assert last_tertial(date(2027, 1, 10)).name == "2026-T3"
