"""Pages over HTTP: put once whatever goes wrong, taken down in time, and every request in the system's own log."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from http_scene import running
from small_run import WAVE, faults, make_run
from test_stories import EMPLOYEES_FIRST, PART, STORIES
from typer.testing import CliRunner

from campaigns.errors import GatewayUnavailable, InputError
from flows.cli import app
from flows.unpublishing import unpublish_due
from tasks import decisions, publishing, shards, status, steering, store, unpublishing, worker
from tasks.gateways.cms import Server, requests_in, running_gateway
from tasks.senders.page_places import page_place
from tasks.workplace import Workplace

WEB = f"{WAVE}-web-0001"
TOKEN = "token-for-tests"
PAGE = b"<p>Sortera</p>"
LATER = datetime(2099, 6, 1, tzinfo=UTC)


@contextmanager
def a_system(workplace: Workplace, tmp_path: Path, *rules: dict[str, Any]) -> Iterator[tuple[Workplace, Path]]:
    """A content management system with faults; yields the installation that publishes to it, and its store."""
    folder = tmp_path / "cms"
    folder.mkdir()
    with running(Server(0, folder, faults(tmp_path, rules=list(rules)), TOKEN)) as url:
        yield replace(workplace, web_url=f"{url}/pages#timeout=0.5", web_token=TOKEN), folder


@pytest.fixture(scope="module")
def written_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home with a run whose pages are ready to be put; kept aside."""
    folder = tmp_path_factory.mktemp("cms")
    place = Workplace(home=folder / "home", key=b"a key for tests only")
    run = make_run(place, 0, schedule={"valid_until": "2099-01-01T00:00:00+01:00"})
    shards.write_shards(place, run, WAVE)
    return place.home, run


@pytest.fixture
def run(written_once: tuple[Path, str], workplace: Workplace) -> str:
    """The run, at the workplace of the test."""
    shutil.copytree(written_once[0], workplace.home)
    return written_once[1]


def published(place: Workplace, run: str, patience: float = 30.0) -> dict[str, int]:
    """Put the pages as a worker does, in this process."""
    given = {"web_url": place.web_url, "web_token": place.web_token, "patience": patience}
    answer = worker.publish(place.home, run, WEB, given, lambda: False)
    return {**answer["counts"], answer["ending"]: 1}


def standing(folder: Path, run: str) -> list[str]:
    return sorted(path.name for path in (folder / run).glob("[!.]*"))


def versions(folder: Path, run: str) -> dict[str, int]:
    return {path.name: len(list(path.iterdir())) for path in (folder / ".versions" / run).iterdir()}


def test_pages_and_entries_are_put_with_our_key_and_the_token(run: str, workplace: Workplace, tmp_path: Path) -> None:
    with a_system(workplace, tmp_path) as (place, folder):
        counts = published(place, run)
    assert counts == {"accepted": 2, "done": 1}
    assert standing(folder, run) == ["en.atom", "en.html", "sv.atom", "sv.html"]
    assert (folder / run / "sv.html").read_bytes() == PAGE
    log = requests_in(folder)
    assert [(each["method"], each["status"]) for each in log] == [("PUT", 201)] * 4
    assert len({each["key"] for each in log}) == 4
    assert TOKEN not in (folder / "log.jsonl").read_text() + repr(place)


def test_the_system_as_its_command_starts_it_takes_pages(run: str, workplace: Workplace, tmp_path: Path) -> None:
    with running_gateway(tmp_path / "cms", token=TOKEN) as url:
        counts = published(replace(workplace, web_url=url, web_token=TOKEN), run)
    assert counts == {"accepted": 2, "done": 1}
    assert (tmp_path / "cms" / run / "sv.html").read_bytes() == PAGE


FAULTS: list[dict[str, Any]] = [
    {"fault": "status", "status": 429, "headers": {"Retry-After": "0.3"}},
    {"fault": "status", "status": 429},
    {"fault": "status", "status": 503},
    {"fault": "status", "status": 503, "headers": {"Retry-After": "0.3"}},
    {"fault": "taken_status", "status": 500},
    {"fault": "silence_before"},
    {"fault": "silence_after"},
    {"fault": "hang_up_before"},
    {"fault": "hang_up_after"},
    {"fault": "half"},
    {"fault": "garbage"},
    {"fault": "huge"},
    {"fault": "slow", "seconds": 0.05},
    {"fault": "status", "status": 307, "headers": {"Location": "http://127.0.0.1:1/elsewhere"}},
]


@pytest.mark.parametrize("skip", [0, 1], ids=["entry", "page"])
@pytest.mark.parametrize("rule", FAULTS, ids=lambda rule: f"{rule['fault']}-{rule.get('status', '')}")
def test_whatever_goes_wrong_once_each_page_and_its_entry_stand_once(
    run: str, workplace: Workplace, tmp_path: Path, rule: dict[str, Any], skip: int
) -> None:
    with a_system(workplace, tmp_path, {**rule, "times": 1, "skip": skip, "method": "PUT"}) as (place, folder):
        counts = published(place, run)
    assert (counts["accepted"], counts["done"]) == (2, 1)
    assert counts.get("unknown", 0) + counts.get("rejected", 0) == 0
    assert versions(folder, run) == {"en.atom": 1, "en.html": 1, "sv.atom": 1, "sv.html": 1}


@pytest.mark.parametrize(("code", "fate"), [(422, "rejected"), (404, "pending"), (401, "pending"), (308, "pending")])
def test_a_system_that_goes_on_refusing_is_told_apart_from_a_page_it_refuses(
    run: str, workplace: Workplace, tmp_path: Path, code: int, fate: str
) -> None:
    with a_system(workplace, tmp_path, {"fault": "status", "status": code}) as (place, folder):
        published(place, run, patience=0.1)
    assert publishing.merge_journals(place, run)[fate] == 2
    assert standing(folder, run) == []
    (reply,) = status.run_status(place, run)["replies"]
    assert (reply["channel"], reply["code"], bool(reply["meaning"])) == ("web", str(code), code != 422)


def test_a_wrong_token_puts_nothing_and_is_never_shown(run: str, workplace: Workplace, tmp_path: Path) -> None:
    with a_system(workplace, tmp_path) as (place, folder):
        published(replace(place, web_token="another"), run, patience=0.1)
    assert {each["status"] for each in requests_in(folder)} == {401}
    assert publishing.merge_journals(place, run)["pending"] == 2


def test_pages_are_removed_when_their_time_is_over_and_not_before(
    run: str, workplace: Workplace, tmp_path: Path
) -> None:
    refused_once = {"fault": "status", "status": 503, "times": 1, "method": "DELETE"}
    with a_system(workplace, tmp_path, refused_once) as (place, folder):
        published(place, run)
        assert unpublishing.unpublish_due(place) == {}
        assert standing(folder, run) != []
        assert unpublishing.unpublish_due(place, LATER) == {run: {"en": "removed", "sv": "removed"}}
        assert standing(folder, run) == []
        asked = len(requests_in(folder))
        assert unpublishing.unpublish_due(place, LATER) == {}
        assert len(requests_in(folder)) == asked
    assert [each.action for each in decisions.read(place)] == ["pages_removed"]


@pytest.mark.parametrize("rule", FAULTS, ids=lambda rule: f"{rule['fault']}-{rule.get('status', '')}")
def test_whatever_goes_wrong_once_no_page_is_left_standing(
    run: str, workplace: Workplace, tmp_path: Path, rule: dict[str, Any]
) -> None:
    with a_system(workplace, tmp_path, {**rule, "times": 1, "skip": 1, "method": "DELETE"}) as (place, folder):
        published(place, run)
        assert unpublishing.unpublish_due(place, LATER) == {run: {"en": "removed", "sv": "removed"}}
        assert standing(folder, run) == []


def test_pages_that_cannot_be_removed_are_told_and_tried_again(run: str, workplace: Workplace, tmp_path: Path) -> None:
    with a_system(workplace, tmp_path, {"fault": "status", "status": 500, "method": "DELETE", "times": 12}) as (
        place,
        folder,
    ):
        published(place, run)
        assert unpublishing.unpublish_due(place, LATER) == {run: {"en": "not_writable", "sv": "not_writable"}}
        assert unpublishing.unpublish_due(place, LATER) == {run: {"en": "removed", "sv": "removed"}}
        assert standing(folder, run) == []


def test_a_page_whose_answer_was_lost_is_removed_too(run: str, workplace: Workplace, tmp_path: Path) -> None:
    with a_system(workplace, tmp_path, {"fault": "hang_up_after", "method": "PUT"}) as (place, folder):
        published(place, run, patience=0.1)
        assert "sv.atom" in standing(folder, run)
        unpublishing.unpublish_due(place, LATER)
        assert standing(folder, run) == []


def test_a_page_that_may_still_be_on_its_way_does_not_count_as_removed(
    run: str, workplace: Workplace, tmp_path: Path
) -> None:
    with a_system(workplace, tmp_path, {"fault": "silence_before", "method": "PUT"}) as (place, folder):
        published(place, run, patience=0.1)
        assert standing(folder, run) == []
        assert set(unpublishing.unpublish_due(place, LATER)[run].values()) == {"not_writable"}
        for question in place.run_folder(run, "pages").glob(".*"):
            os.utime(question, (0, 0))
        assert set(unpublishing.unpublish_due(place, LATER)[run].values()) == {"removed"}
        assert unpublishing.unpublish_due(place, LATER) == {}


def test_stopping_a_run_removes_its_pages(run: str, workplace: Workplace, tmp_path: Path) -> None:
    with a_system(workplace, tmp_path) as (place, folder):
        published(place, run)
        with store.writing(place) as connection:
            connection.execute("UPDATE run SET state = 'publishing'")
        steering.steer(place, run, "stop", "account:test")
        assert standing(folder, run) == []
        assert status.run_status(place, run)["taken_down"] == {}


def test_the_pages_of_a_folder_are_removed_by_the_command(
    run: str, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(workplace, run)
    terms = workplace.run_folder(run, "control") / "terms.json"
    terms.write_text(terms.read_text().replace("2099", "2001"))
    monkeypatch.setenv("BUDKAVLE_HOME", str(workplace.home))
    monkeypatch.setenv("BUDKAVLE_SECRET_KEY", workplace.key.decode())
    told = CliRunner().invoke(app, ["expire", "--json"])
    assert (told.exit_code, json.loads(told.output)) == (0, {"pages": {run: {"en": "removed", "sv": "removed"}}})
    assert not (workplace.home / "sink" / "web" / run).exists()


def test_the_flow_of_the_schedule_says_what_still_stands(
    run: str, workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_system(workplace, tmp_path, {"fault": "status", "status": 403, "method": "DELETE", "times": 12}) as (
        place,
        _,
    ):
        published(place, run)
        terms = place.run_folder(run, "control") / "terms.json"
        terms.write_text(terms.read_text().replace("2099", "2001"))
        given = {"HOME": place.home, "SECRET_KEY": place.key.decode(), "WEB_URL": place.web_url, "WEB_TOKEN": TOKEN}
        for name, value in given.items():
            monkeypatch.setenv(f"BUDKAVLE_{name}", str(value))
        first, second, third = (unpublish_due.fn() for _ in range(3))
    assert (first.name, first.message) == ("Waiting", f"still shown: {run} en, {run} sv")
    assert (second.name, second.message) == ("Completed", "runs whose pages were taken down: 1")
    assert third.message == "runs whose pages were taken down: 0"


def test_one_run_with_damaged_terms_does_not_keep_another_standing(run: str, workplace: Workplace) -> None:
    published(workplace, run)
    damaged = workplace.run_folder("damaged-1", "control")
    damaged.mkdir(parents=True)
    (damaged / "terms.json").write_text("{")
    assert unpublishing.unpublish_due(workplace, LATER) == {
        "damaged-1": {"": "not_writable"}, run: {"en": "removed", "sv": "removed"}
    }  # fmt: skip


def test_a_withdrawn_story_is_replaced_and_never_believed_to_be_before_the_system_says_so(
    workplace: Workplace, tmp_path: Path
) -> None:
    rule = {"fault": "status", "status": 502, "method": "PUT", "skip": 4, "times": 3}
    with a_system(workplace, tmp_path, rule) as (place, folder):
        run = make_run(place, 0, stories=STORIES, **EMPLOYEES_FIRST)
        with store.writing(place) as connection:
            connection.execute("UPDATE variant SET parts = ? WHERE variant = 'web-sv'", [[PART]])
            store.keep_evidence(connection, place, run, ["variant"])
        shards.write_shards(place, run, WAVE)
        published(place, run)
        withdrawn = steering.withdraw_story(place, run, "care_assistant", "account:test")
        assert b"Sortera</p>" not in (folder / run / "sv.html").read_bytes()
        assert withdrawn == {run: {"sv": "taken_down"}}
        tried = [each["status"] for each in requests_in(folder)[4:]]
        assert tried == ["fault status"] * 3 + [200, 200]
        asked = len(requests_in(folder))
        assert unpublishing.take_down(place, run) == {"sv": "taken_down"}
        assert len(requests_in(folder)) == asked


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("http://cms.example.se/pages", ""), ("https://", ""), ("https://cms.example.se:99999999/", ""),
        ("https://cms.example.se/#timeout=nan", ""), ("https://cms.example.se/#ca=/nowhere.pem", ""),
        ("https://cms.example.se/#privat=1", ""),
        (f"https://{'x' * 70}.se/", ""), ("https://cms.example.se/\r\nX: y", ""),
        ("https://cms.example.se/", "a\r\nX-Injected: y"), ("https://cms.example.se/", "å"),
    ],
)  # fmt: skip
def test_a_url_or_token_that_cannot_be_used_is_refused_without_showing_it(tmp_path: Path, url: str, token: str) -> None:
    with pytest.raises(InputError) as refusal:
        page_place(url, token, tmp_path, "run")
    assert "Injected" not in str(refusal.value)
    assert "BUDKAVLE_WEB_" in str(refusal.value)


def test_a_system_that_is_away_leaves_everything_pending(run: str, workplace: Workplace) -> None:
    place = replace(workplace, web_url="http://127.0.0.1:1/pages")
    with pytest.raises(GatewayUnavailable, match="BUDKAVLE_WEB_URL"):
        page_place(place.web_url, "", place.home, "run").open()
    assert published(place, run, patience=0.1) == {"unavailable": 1}
