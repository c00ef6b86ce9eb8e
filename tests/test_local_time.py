"""The city's time, whatever time the machine keeps."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from evaluation_city import city
from typer.testing import CliRunner

from flows.cli import app
from tasks import local_time, store
from tasks.workplace import Workplace

AFTER_MIDNIGHT = datetime(2027, 1, 18, 23, 30, tzinfo=UTC)


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Tokyo"])
def machine_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_today_is_the_citys_date(machine_zone: str) -> None:
    with time_machine.travel(AFTER_MIDNIGHT, tick=False):
        assert local_time.today() == date(2027, 1, 19)


def test_feedback_without_a_day_is_dated_by_the_citys_calendar(
    machine_zone: str, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = AFTER_MIDNIGHT - timedelta(days=9)
    schedule = {"start": start.isoformat(), "valid_until": (start + timedelta(days=90)).isoformat()}
    run = city(workplace, 20, seed=1, schedule=schedule, looks=[60], feedback_by="2027-02-01")
    with store.writing(workplace) as connection:
        connection.execute("UPDATE run SET state = 'evaluating' WHERE run = ?", [run])
        store.keep_evidence(connection, workplace, run, ["run"])
    monkeypatch.setenv("BUDKAVLE_HOME", str(workplace.home))
    with time_machine.travel(AFTER_MIDNIGHT, tick=False):
        given = ["feedback", run, "--text", "Ni ville ha fler bänkar. De kommer till våren, som vi lovade."]
        answer = CliRunner().invoke(app, given)
    assert answer.exit_code == 0, answer.output
    with store.writing(workplace) as connection:
        assert connection.execute("SELECT told_on FROM feedback").fetchall() == [(date(2027, 1, 19),)]
