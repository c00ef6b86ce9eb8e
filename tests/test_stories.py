"""Employees' stories: told only with a consent, and told to nobody from the moment it is withdrawn."""

import json
import os
import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_run import WAVE, make_run, statuses

from campaigns.approvers import needed_roles
from campaigns.brief_loading import inspect_brief, load_brief
from campaigns.errors import ContentChanged, InputError
from tasks import accounts, decisions, orders, publishing, rebuild, runs, shards, status, steering, store, stories
from tasks import unpublishing as pages
from tasks.checking import check_campaign
from tasks.rendered_texts import render_texts
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

RECRUITMENT = Path(__file__).parents[1] / "campaigns" / "rekrytering"
CONSENT = "SLK 2026/0101 (exempel)"
STORIES = [{"name": "care_assistant", "consent": CONSENT, "consent_on": "2026-11-02"}]
PART = "story.care_assistant.sv.md"
EMPLOYEES_FIRST = {"waves": [{"name": WAVE, "start": "2026-01-01T08:00:00+01:00", "audience": "audience.sql"}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RECRUITMENT, tmp_path / "rekrytering"))


def edited(folder: Path, old: str, new: str) -> list[tuple[str, str]]:
    path = folder / "campaign.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    _, findings = inspect_brief(folder)
    return [(finding.gate, finding.message) for finding in findings]


@pytest.fixture
def telling(workplace: Workplace) -> tuple[Workplace, str]:
    """A run with two letters and two pages, of which the letter and the Swedish page tell a story."""
    run = make_run(workplace, 0, 4, stories=STORIES, **EMPLOYEES_FIRST)
    with store.writing(workplace) as connection:
        connection.execute("UPDATE variant SET parts = ? WHERE variant IN ('letter-sv', 'web-sv')", [[PART]])
        store.keep_evidence(connection, workplace, run, ["variant"])
    return workplace, run


def page(workplace: Workplace, run: str, language: str = "sv") -> Path:
    return workplace.home / "sink" / "web" / run / f"{language}.html"


def withdraw(workplace: Workplace, run: str) -> dict[str, dict[str, str]]:
    return steering.withdraw_story(workplace, run, "care_assistant", "account:test")


def deliver(workplace: Workplace, run: str, channel: str = "") -> Counter[str]:
    names = shards.write_shards(workplace, run, WAVE)
    told = json.loads((workplace.run_folder(run, "shards") / f"{WAVE}.json").read_text())["shards"]
    chosen = [each["shard"] for each in told if channel in ("", each["channel"])]
    assert set(chosen) <= set(names)
    for name in chosen:
        assert publishing.publish_shard(workplace, run, name).outcome == "done"
    return sum((statuses(workplace, run, name) for name in chosen), Counter[str]())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  - {name: preschool_worker, consent: SLK 2026/0102 (exempel), consent_on: 2026-11-04}\n", "",
         "tells the story preschool_worker, which has no consent"),
        ("consent_until: 2027-12-31", "consent_until: 2027-03-30", "`consent_until` is before"),
        ("consent_on: 2026-11-04", "consent_on: 2027-02-09", "`consent_on` is after"),
        ("consent: SLK 2026/0102 (exempel), ", "", "consent` is missing"),
    ],
)  # fmt: skip
def test_a_story_needs_a_consent_that_holds_for_as_long_as_it_is_shown(
    folder: Path, old: str, new: str, message: str
) -> None:
    found = edited(folder, old, new)
    assert any(message.replace("`", "") in each.replace("`", "").replace("stories[1].", "").replace("stories[2].", "")
               for _, each in found), found  # fmt: skip
    assert {gate for gate, _ in found} <= {"story_consent", "brief"}


def test_stories_call_for_a_consent_reviewer_and_the_brand_for_the_director() -> None:
    brief = load_brief(RECRUITMENT)
    assert {"manager", "communications_director", "consent_reviewer"} <= set(needed_roles(brief))
    assert "consent_reviewer" not in needed_roles(brief.model_copy(update={"stories": ()}))


def test_a_text_knows_which_stories_it_tells(workplace: Workplace) -> None:
    texts = render_texts(load_brief(RECRUITMENT), RECRUITMENT, workplace)
    told = {
        (each.wave, each.channel, each.facts.get("experience")): each.parts for each in texts if each.language == "sv"
    }
    assert told["external", "email", "starting"] == ("story.care_assistant.sv.md",)
    assert told["external", "email", "changing"] == ("story.preschool_worker.sv.md",)
    assert told["external", "web", "starting"] == ("story.care_assistant.sv.md", "story.preschool_worker.sv.md")
    assert told["internal", "email", "starting"] == ()


def test_a_withdrawn_story_is_refused_until_it_is_taken_out_or_agreed_to_anew(
    folder: Path, workplace: Workplace
) -> None:
    assert check_campaign(workplace, folder) == []
    steering.withdraw_story(workplace, str(folder), "care_assistant", "account:test")
    found = check_campaign(workplace, folder)
    assert [(finding.gate, finding.kind, finding.requirement) for finding in found] == [("story_consent", "B", "S7")]
    lines = (folder / "campaign.yaml").read_text(encoding="utf-8").splitlines()
    assert CONSENT in lines[found[0].line - 1]
    assert edited(folder, CONSENT, "SLK 2027/0007 (exempel)") == []
    assert check_campaign(workplace, folder) == []


def test_a_story_that_no_edition_tells_is_not_withdrawn(workplace: Workplace, folder: Path) -> None:
    for campaign, story in ((str(folder), "care_asistant"), ("nothing-of-the-kind", "care_assistant")):
        with pytest.raises(InputError):
            steering.withdraw_story(workplace, campaign, story, "account:test")
    assert list(decisions.read(workplace)) == []


def test_nothing_that_is_not_marked_is_sent_after_a_withdrawal_and_all_is_accounted_for(
    telling: tuple[Workplace, str],
) -> None:
    workplace, run = telling
    shards.write_shards(workplace, run, WAVE)
    withdraw(workplace, run)
    assert deliver(workplace, run) == {"cancelled": 3, "accepted": 1}
    assert not page(workplace, run).exists()
    assert page(workplace, run, "en").read_bytes() == b"<p>Sortera</p>"
    publishing.merge_journals(workplace, run)
    with store.writing(workplace) as connection:
        told = accounts.messages_accounted(connection, run)
    assert (told["planned"], told["cancelled"], told["accepted"], told["pending"]) == (4, 3, 1, 0)


def test_a_withdrawal_before_the_sending_begins_holds_for_it_too(telling: tuple[Workplace, str]) -> None:
    workplace, run = telling
    withdraw(workplace, run)
    assert deliver(workplace, run) == {"cancelled": 3, "accepted": 1}


def test_an_approved_run_that_tells_a_withdrawn_story_must_be_prepared_anew(telling: tuple[Workplace, str]) -> None:
    workplace, run = telling
    stories.require_consents(workplace, run)
    withdraw(workplace, run)
    with pytest.raises(ContentChanged, match="S7"):
        stories.require_consents(workplace, run)


def test_a_page_that_tells_the_story_is_taken_down_at_once_and_stays_down(telling: tuple[Workplace, str]) -> None:
    workplace, run = telling
    deliver(workplace, run, "web")
    assert withdraw(workplace, run) == {run: {"sv": "taken_down"}}
    shown = page(workplace, run).read_text(encoding="utf-8")
    assert "Texten är borttagen" in shown
    assert "Sortera</p>" not in shown
    assert page(workplace, run, "en").read_bytes() == b"<p>Sortera</p>"
    before = page(workplace, run).stat().st_mtime_ns
    assert withdraw(workplace, run) == {run: {"sv": "taken_down"}}
    assert page(workplace, run).stat().st_mtime_ns == before
    assert [each.action for each in decisions.read(workplace)] == ["story_withdrawn"]
    assert CONSENT in stories.withdrawn(workplace)


def test_a_page_that_cannot_be_taken_down_is_told_and_tried_again(telling: tuple[Workplace, str]) -> None:
    workplace, run = telling
    deliver(workplace, run, "web")
    in_the_way = page(workplace, run).with_suffix(f".{os.getpid()}.draft")
    in_the_way.mkdir()
    assert withdraw(workplace, run) == {run: {"sv": "not_writable"}}
    assert status.run_status(workplace, run)["taken_down"] == {"sv": "not_writable"}
    assert page(workplace, run).read_bytes() == b"<p>Sortera</p>"
    in_the_way.rmdir()
    found = status.run_status(workplace, run)
    assert found["taken_down"] == {"sv": "taken_down"}
    assert [each["story"] for each in found["withdrawn_stories"]] == ["care_assistant"]


def test_a_withdrawal_survives_a_rebuild(telling: tuple[Workplace, str]) -> None:
    workplace, run = telling
    shards.write_shards(workplace, run, WAVE)
    withdraw(workplace, run)
    workplace.database.unlink()
    (workplace.run_folder(run, "control") / orders.WITHDRAWALS).unlink()
    rebuild.rebuild(workplace)
    assert deliver(workplace, run) == {"cancelled": 3, "accepted": 1}
    with store.writing(workplace) as connection:
        assert connection.execute("SELECT count(*) FROM audit WHERE action = 'story_withdrawn'").fetchone() == (1,)


consents = st.sampled_from(["A 1", "B 2", "C 3"])
told = st.lists(st.tuples(st.sampled_from("tuvxyz"), st.sets(consents, min_size=1)), unique_by=lambda each: each[0])


@settings(max_examples=25, deadline=None)  # each consent that goes is synced to disk
@given(told, st.lists(consents))
def test_no_text_without_its_consent_is_ever_let_through(texts: list[tuple[str, set[str]]], gone: list[str]) -> None:
    with TemporaryDirectory() as home:
        folder = Path(home)
        listed = [{"variant": name, "language": "sv", "open": False, "consents": sorted(on)} for name, on in texts]
        terms = {"valid_until": "2099-01-01T00:00:00+00:00", "time_zone": "Europe/Stockholm", "windows": [],
                 "quiet_hours": {}, "purposes": [], "on_unknown": "hold", "stories": listed}  # fmt: skip
        (folder / orders.TERMS).write_text(json.dumps(terms))
        control = orders.Control(folder, "email")
        for consent in gone:
            orders.append(folder, orders.WITHDRAWALS, [(consent,)])
            control.refresh(datetime(2027, 1, 1, tzinfo=UTC))
        assert control.withdrawn == {name for name, on in texts if on & set(gone)}


def test_pages_to_employees_alone_stand_on_the_intranet(workplace: Workplace) -> None:
    basis = [{"register": "employees", "purpose": "clear_answers", "article": "6.1 e"}]
    run = make_run(workplace, 0, 2, legal_basis=basis, **EMPLOYEES_FIRST)
    deliver(workplace, run, "web")
    assert not page(workplace, run).exists()
    assert (workplace.home / "sink" / "intranet" / run / "sv.html").read_bytes() == b"<p>Sortera</p>"
    other = replace(workplace, intranet_url=str(workplace.home / "elsewhere"))
    assert pages.take_down(other, run) == {}
    assert runs.load(workplace, run).brief.is_internal
