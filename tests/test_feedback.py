"""What a campaign promised to tell back: kept with its day, audited, and nothing closes before it is told."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from evaluation_city import city, drawn_households, observe
from typer.testing import CliRunner

from campaigns.errors import IllegalMove, InputError
from flows.cli import app
from tasks import closing, decisions, evaluation_history, feedback, looks, overdue_page, runs, store
from tasks.evaluation import evaluate
from tasks.feedback import Told
from tasks.local_time import today
from tasks.reports import write_report
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

HEARD = "Ni ville ha fler bänkar och bättre ljus. Bänkarna kommer till våren, ljuset blir som i förslaget."


def campaign(workplace: Workplace, *, promised: date, households: int = 60) -> str:
    """A run that was sent a month ago, with one look, and whose feedback was promised for a day."""
    start = datetime.now(UTC) - timedelta(days=30)
    schedule = {"start": start.isoformat(), "valid_until": (start + timedelta(days=90)).isoformat()}
    run = city(workplace, households, seed=1, feedback_by=promised.isoformat(), schedule=schedule, looks=[10])
    with store.writing(workplace) as connection:
        connection.execute("UPDATE run SET state = 'evaluating' WHERE run = ?", [run])
        store.keep_evidence(connection, workplace, run, ["run"])
    looks.plan_looks(workplace, run)
    return run


def finish_look(workplace: Workplace, run: str, households: int = 60) -> None:
    with store.writing(workplace) as connection:
        connection.execute("UPDATE look SET state = 'done' WHERE run = ?", [run])


def told(days_ago: int = 0, text: str = HEARD, **more: object) -> Told:
    return Told(text, today() - timedelta(days=days_ago), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("promised_in", "days_ago", "standing", "days_late"),
    [(5, 0, "kept", 0), (0, 0, "kept", 0), (-3, 3, "kept", 0), (-3, 1, "late", 2), (-3, None, "overdue", 3),
     (3, None, "open", 0)],
)  # fmt: skip
def test_a_promise_is_kept_late_open_or_overdue(
    workplace: Workplace, promised_in: int, days_ago: int | None, standing: str, days_late: int
) -> None:
    run = campaign(workplace, promised=today() + timedelta(days=promised_in))
    if days_ago is not None:
        feedback.give(workplace, run, told(days_ago), "account:test")
    found = feedback.standing(workplace, run)
    assert (found["standing"], found["days_late"]) == (standing, days_late)
    with store.writing(workplace) as connection:
        rows = connection.execute("SELECT standing, days_late FROM report_feedback").fetchall()
    assert rows == [(standing, days_late)]


def test_what_was_told_is_kept_and_its_hash_audited(workplace: Workplace) -> None:
    run = campaign(workplace, promised=today() + timedelta(days=5))
    feedback.give(workplace, run, told(2, contributions=7, changed_decision=True), "account:test")
    found = feedback.give(workplace, run, told(text=HEARD + " Nu står de där."), "account:test")
    assert [(each["number"], each["told_on"]) for each in found["told"]] == [
        (1, str(today() - timedelta(days=2))), (2, str(today())),
    ]  # fmt: skip
    logged = [each for each in decisions.read(workplace) if each.action == feedback.GIVEN]
    with store.writing(workplace) as connection:
        rows = connection.execute("SELECT text, text_sha256 FROM feedback ORDER BY number").fetchall()
        shown = connection.execute("SELECT contributions, changed_decision FROM report_feedback").fetchall()
    assert [each.detail["text_sha256"] for each in logged] == [digest for _, digest in rows]
    assert rows[0][0] == HEARD
    assert shown == [(None, True)], "fewer than ten contributors are never counted out"
    assert HEARD not in workplace.decisions.read_text()


def test_a_campaign_is_closed_by_its_last_look_and_its_feedback_together(workplace: Workplace) -> None:
    run = campaign(workplace, promised=today() + timedelta(days=5))
    assert feedback.standing(workplace, run)["still_to_do"] == ["looks", "feedback"]
    finish_look(workplace, run)
    assert not closing.close_where_done(workplace, run)
    assert feedback.give(workplace, run, told(), "account:test")["state"] == "closed"
    assert runs.state(workplace, run) == "closed"


def test_a_campaign_whose_feedback_is_given_early_is_closed_by_its_last_look(workplace: Workplace) -> None:
    run = campaign(workplace, promised=today() + timedelta(days=5))
    assert feedback.give(workplace, run, told(), "account:test")["state"] == "evaluating"
    finish_look(workplace, run)
    assert closing.close_where_done(workplace, run)


@pytest.mark.parametrize(
    ("days_ago", "text", "says"),
    [
        (0, "Tack!", "characters"),
        (-1, HEARD, "not a day between"),
        (400, HEARD, "not a day between"),
        (0, HEARD + " Det sade 19121212-1212.", "personal number"),
    ],
    ids=["too short", "a day to come", "before the campaign", "a person's number"],
)
def test_feedback_that_says_nothing_or_too_much_is_refused_and_nothing_is_kept(
    workplace: Workplace, days_ago: int, text: str, says: str
) -> None:
    run = campaign(workplace, promised=today() + timedelta(days=5))
    with pytest.raises(InputError, match=says) as refused:
        feedback.give(workplace, run, told(days_ago, text), "account:test")
    assert "1212" not in str(refused.value)
    assert not list(decisions.read(workplace))
    assert feedback.standing(workplace, run)["told"] == []


def test_nobody_is_told_back_before_anybody_was_asked(workplace: Workplace) -> None:
    run = city(workplace, 20, seed=1)
    with pytest.raises(IllegalMove, match="nobody has been asked"):
        feedback.give(workplace, run, told(), "account:test")


def test_the_text_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "svar.txt").write_text(HEARD + "\n", encoding="utf-8")
    assert feedback.read_text(str(tmp_path / "svar.txt")) == feedback.read_text(HEARD) == HEARD


def test_a_rerun_that_says_something_new_replaces_and_leaves_the_former_answer_in_the_history(
    workplace: Workplace,
) -> None:
    run = city(workplace, 300, seed=1)
    drawn = drawn_households(workplace, run, 300)
    observe(workplace, run, dict.fromkeys(drawn, 0.0), "2027-02-16")
    for _ in range(2):
        evaluate(workplace, run, 1)
        evaluation_history.keep(workplace, run, 1)
    observe(workplace, run, dict.fromkeys(drawn, 1.0), "2027-02-17")
    evaluate(workplace, run, 1)
    assert evaluation_history.keep(workplace, run, 1)
    with store.writing(workplace) as connection:
        rows = connection.execute("SELECT counts, goal_reached FROM report_evaluation").fetchall()
        connection.execute("DELETE FROM evaluation_history")
    assert rows == [(False, None), (True, True)]
    assert (workplace.run_folder(run, "evidence") / "evaluation_history.parquet").exists()


@pytest.mark.parametrize("stage", ["nothing yet", "overdue", "evaluated"])
def test_what_is_told_back_stands_in_the_campaigns_page_at_once(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    run = campaign(workplace, promised=today() - timedelta(days=1))
    monkeypatch.setenv("BUDKAVLE_HOME", str(workplace.home))
    monkeypatch.setenv("BUDKAVLE_SECRET_KEY", workplace.key.decode())
    page = overdue_page.path(workplace, run)
    if stage == "overdue":
        store.take_snapshot(workplace)
        overdue_page.write_overdue_page(workplace, run)
        assert "utlovad till" in page.read_text()
    if stage == "evaluated":
        observe(workplace, run, dict.fromkeys(drawn_households(workplace, run, 60), 0.0), str(today()))
        evaluate(workplace, run, 1)
        store.take_snapshot(workplace)
        assert "Bänkarna" not in write_report(workplace, run, 1).read_text()
    given = CliRunner().invoke(app, ["feedback", run, "--text", HEARD, "--json"])
    assert given.exit_code == 0, given.output
    assert json.loads(given.stdout)["report"] == (None if stage == "nothing yet" else str(page))
    assert page.exists() == (stage != "nothing yet")
    if stage == "overdue":
        assert "utlovad till" not in page.read_text()
    if stage == "evaluated":
        assert f'<blockquote lang="sv"><p>{HEARD}</p>' in page.read_text()
