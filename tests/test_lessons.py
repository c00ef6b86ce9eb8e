"""Lessons in words with their evidence, and what they change in the next plan."""

from pathlib import Path

import pytest
from small_city import begin, brief, insert, rows, selected
from test_channels import LETTER, SETUP, person

from tasks import audience, channels, store
from tasks.channel_lessons import ChannelRow, channels_apart
from tasks.plain_words import PlainWords
from tasks.plan_lessons import lessons_used
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

NO_HOLDOUT = {"share": 0, "by": "household"}


def test_a_channel_that_did_less_for_a_group_is_told_with_both_figures() -> None:
    found = [
        ChannelRow("needs_bin/over_80", "letter", 4000, 0.31, 0.01),
        ChannelRow("needs_bin/over_80", "sms", 3000, 0.12, 0.01),
    ]
    (lesson,) = channels_apart("sv", PlainWords("sv", "person", True), found)
    assert lesson.startswith("Sms gjorde mindre än brev för gruppen")
    assert "80" in lesson
    assert "12,0 % mot 31,0 %" in lesson.replace("\N{NO-BREAK SPACE}", " ")
    assert "7\N{NO-BREAK SPACE}000 personer" in lesson


def test_what_may_be_chance_is_not_told_as_a_difference() -> None:
    found = [ChannelRow("all", "letter", 40, 0.20, 0.08), ChannelRow("all", "sms", 30, 0.12, 0.08)]
    (lesson,) = channels_apart("en", PlainWords("en", "person", True), found)
    assert lesson.startswith("No channel was shown")
    assert list(channels_apart("en", PlainWords("en", "person", True), found[:1])) == []


def plan(workplace: Workplace, tmp_path: Path, *, taught: bool) -> list[str]:
    """Letters are worth little and e-mail nothing to adults, say the lessons; there is money for fifty letters."""
    money = {"sek": SETUP + LETTER * 50, "co2_kg": 9}
    run = begin(workplace, tmp_path, brief(budget=money, holdout=NO_HOLDOUT, print_for="anyone"))
    if taught:
        with store.writing(workplace) as connection:
            evidence = {"run": "matavfall-2026-2", "segment": "needs_bin/adults", "observed_on": "2026-12-01"}
            found = [evidence | {"channel": "email", "trials": 500.0, "successes": 1.0}]
            insert(connection, "response_evidence", found)
            belief = {"segment": "needs_bin/adults", "source": "evaluation", "updated_at": "2026-12-02T00:00:00+00:00"}
            beliefs = [
                {"channel": "email", "alpha": 1.0, "beta": 499.0},
                {"channel": "letter", "alpha": 1.0, "beta": 4.0},
            ]
            insert(connection, "response_belief", [belief | one for one in beliefs])
            connection.execute(
                "INSERT INTO lesson (run, look, lesson) VALUES ('matavfall-2026-2', 1, 'E-post gav inget.')"
            )
            connection.execute(
                "INSERT INTO run BY NAME SELECT * REPLACE ('matavfall-2026-2' AS run) FROM run WHERE run = ?", [run]
            )
    selected(workplace, run, [person(number, number, email=True, postal=True) for number in range(100)])
    audience.draw_holdout(workplace, run)
    channels.plan_channels(workplace, run)
    with store.writing(workplace) as connection:
        return lessons_used(connection, run, "sv")


def test_a_plan_tells_which_lessons_it_used_and_what_they_changed(workplace: Workplace, tmp_path: Path) -> None:
    changed, lesson = plan(workplace, tmp_path, taught=True)
    assert changed.replace("\N{NO-BREAK SPACE}", " ").startswith(
        "E-post: 0,2 % väntas handla tack vare en kontakt, där 10,0 %"
    )
    assert "personer" in changed
    assert lesson == "Lärdom från ”Sortera matavfall hemma”: E-post gav inget."
    assert rows(workplace, "SELECT channel, lesson_runs FROM plan_lesson") == [("email", ["matavfall-2026-2"])]


def test_a_plan_without_lessons_says_nothing_of_them(workplace: Workplace, tmp_path: Path) -> None:
    assert plan(workplace, tmp_path, taught=False) == []
