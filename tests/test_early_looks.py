"""A look that is evaluated before its day says so, and is evaluated again on its day."""

from datetime import UTC, datetime

import pytest
import time_machine
from evaluation_city import city, deliver_to_treated, drawn_households, observe

from flows.commands.status_lines import status_lines
from tasks import closing, store
from tasks.evaluation import due_looks, evaluate
from tasks.lessons import draw_lessons
from tasks.reports import write_report
from tasks.status import run_status
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

AT_ONCE, ON_ITS_DAY = datetime(2027, 1, 18, 7, 3, tzinfo=UTC), datetime(2027, 2, 17, 7, 1, tzinfo=UTC)


@pytest.fixture
def run(workplace: Workplace) -> str:
    """A campaign of one look, thirty days after its start on 18 January 2027, whose goal is reached the same day."""
    run = city(workplace, 300, seed=1, looks=[30])
    drawn = drawn_households(workplace, run, 300)
    observe(workplace, run, {unit: float(number % 2) for number, unit in enumerate(sorted(drawn))}, "2027-01-18")
    return run


def test_an_evaluation_before_its_day_is_told_first_and_is_due_again(workplace: Workplace, run: str) -> None:
    with time_machine.travel(AT_ONCE, tick=False):
        found = evaluate(workplace, run, 1)
        lines = status_lines(run_status(workplace, run))
    assert found["early"] is True
    assert found["summary"][0] == found["warnings"][0]
    for told in ("för tidigt", "18 januari 2027 kl. 08.03", "17 februari 2027 kl. 08.00", "utvärderas igen"):
        assert told in found["summary"][0]
    (look,) = [line for line in lines if line.startswith("look 1")]
    assert "evaluated early" in look
    assert look.endswith("; evaluated again on its day, 2027-02-17 08:00 CET")
    assert due_looks(workplace, ON_ITS_DAY) == [(run, 1)]
    with store.writing(workplace) as connection:
        assert "looks" in closing.still_to_do(connection, run)


def test_on_its_day_the_look_is_done(workplace: Workplace, run: str) -> None:
    with time_machine.travel(AT_ONCE, tick=False):
        evaluate(workplace, run, 1)
    with time_machine.travel(ON_ITS_DAY, tick=False):
        found = evaluate(workplace, run, 1)
    assert "early" not in found
    assert all("för tidigt" not in sentence for sentence in found["summary"])
    assert due_looks(workplace, datetime(2027, 5, 1, tzinfo=UTC)) == []
    with store.writing(workplace) as connection:
        assert "looks" not in closing.still_to_do(connection, run)
    (look,) = [line for line in status_lines(run_status(workplace, run)) if line.startswith("look 1")]
    assert look.startswith("look 1     done, 20")
    assert look.endswith("; planned for 2027-02-17 08:00 CET")


def test_channels_and_lessons_are_taught_by_the_day_of_a_look_and_not_before(workplace: Workplace, run: str) -> None:
    deliver_to_treated(workplace, run)
    for moment, taught in ((AT_ONCE, False), (ON_ITS_DAY, True)):
        with time_machine.travel(moment, tick=False):
            evaluate(workplace, run, 1)
            draw_lessons(workplace, run, 1)
        with store.writing(workplace) as connection:
            for table in ("response_belief", "response_evidence", "lesson"):
                assert bool(connection.execute(f'FROM "{table}" WHERE run = ?', [run]).fetchall()) is taught, table


def test_status_names_the_look_that_comes_next(workplace: Workplace) -> None:
    run = city(workplace, 300, seed=1, looks=[30, 90])
    with store.writing(workplace) as connection:
        connection.execute("UPDATE run SET state = 'evaluating' WHERE run = ?", [run])
    observe(workplace, run, dict.fromkeys(drawn_households(workplace, run, 300), 1.0), "2027-02-16")
    for moment, command in ((AT_ONCE, run), (ON_ITS_DAY, f"{run} --look 2")):
        with time_machine.travel(moment, tick=False):
            evaluate(workplace, run, 1)
            assert run_status(workplace, run)["next"] == f"at the next look: budkavle evaluate {command}"


def test_what_was_observed_on_its_day_is_not_early(workplace: Workplace, run: str) -> None:
    observe(workplace, run, dict.fromkeys(drawn_households(workplace, run, 300), 1.0), "2027-02-17")
    with time_machine.travel(AT_ONCE, tick=False):
        assert "early" not in evaluate(workplace, run, 1)


def test_the_report_says_that_it_is_early_before_it_says_anything_of_the_goal(workplace: Workplace, run: str) -> None:
    with time_machine.travel(AT_ONCE, tick=False):
        found = evaluate(workplace, run, 1)
        deliver_to_treated(workplace, run)
        store.take_snapshot(workplace)
        page = write_report(workplace, run, 1).read_text(encoding="utf-8")
    assert page.count(found["summary"][0]) == 1
    assert page.index(found["summary"][0]) < page.index(found["summary"][1])
    assert found["summary"][1].startswith("Hittills: ")
    assert "hittills</dd>" in page
    for verdict in ("Målet är nått", "Målet är inte nått", "Målet nått", "Målet inte nått"):
        assert verdict not in page
