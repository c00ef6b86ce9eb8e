"""A control group that gets the same message later: nobody left out, nobody told twice, and a look before its time."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import numpy
import pytest
import time_machine
from evaluation_city import city, deliver_to_treated, drawn_households, observe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prepared_run import campaign_in
from small_city import begin, brief, rows, selected
from small_run import received, sending_to

from campaigns.channels import load_channels
from campaigns.errors import CheckFailed, OutcomesMissing
from campaigns.sendings import sendings
from flows.commands.status_lines import status_lines
from tasks import (
    accounts,
    audience,
    channels,
    digest,
    later_group,
    later_words,
    messages,
    plan_cells,
    publishing,
    quality,
    rebuild,
    runs,
    shards,
    stages,
    store,
)
from tasks.checking import check_campaign
from tasks.contact_plan import Cell, Option
from tasks.evaluation import evaluate
from tasks.gateways.smtp import accepted, running_gateway
from tasks.lessons import draw_lessons
from tasks.next_step import sending_waited_for
from tasks.reports import write_report
from tasks.status import run_status
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

FEW = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LATER = {"share": 0.5, "by": "household", "later": 14}
WAVES = [
    {"name": name, "start": f"2027-01-{day}T08:00:00+01:00", "audience": "audience.sql"}
    for name, day in (("first", 18), ("second", 25))
]
ARMS = "SELECT person_key, arm FROM audience"


def crowd(numbers: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """People by household; those whose number leaves no rest by five must not be contacted."""
    return [
        {
            "person": f"p{number:03}",
            "household": f"h{household}",
            "email": f"mail{number}" if kind else "",
            "segment": "ab"[household % 2],
            "traits": {"need": "needs_bin", "life_situation": "adults"},
            "reason": "suppressed" if number % 5 == 0 else None,
        }
        for number, (household, kind) in enumerate(numbers)
    ]


def planned(workplace: Workplace, tmp_path: Path, people: list[dict[str, Any]], **changes: Any) -> str:
    """A run drawn and planned whose control group is told later, as prepare leaves it."""
    text = brief(**{"holdout": LATER, "budget": {"sek": 100_000, "co2_kg": 100}} | changes)
    text = text.model_copy(update={"schedule": text.schedule.model_copy(update={"windows": ()})})
    run = begin(workplace, tmp_path, text)
    for wave in [each.name for each in reversed(text.waves)]:
        selected(workplace, run, people, wave)
    audience.draw_holdout(workplace, run)
    channels.plan_channels(workplace, run)
    return run


@FEW
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=12, max_size=40), st.sampled_from([20, 100_000])
)
def test_everybody_gets_the_message_once_now_or_later_or_is_left_out_with_a_reason(
    workplace: Workplace, tmp_path: Path, numbers: list[tuple[int, int]], sek: float
) -> None:
    run = planned(workplace, tmp_path, crowd(numbers), budget={"sek": sek + 60_000, "co2_kg": 100})
    found = Counter[str]()
    for person, arm, reason, messages_, _ in rows(
        workplace,
        "SELECT person_key, any_value(arm), any_value(excluded_reason), count(message_id), any_value(channel) "
        f"FROM audience LEFT JOIN assignment USING (run, wave, person_key) WHERE run = '{run}' GROUP BY person_key",
    ):
        assert messages_ == (reason is None), person
        assert arm in ("treated", "later") or reason == "suppressed"
        found[arm or "excluded"] += 1
    assert found.total() == len(numbers)
    households = rows(workplace, f"SELECT count(DISTINCT arm) FROM audience WHERE run = '{run}' GROUP BY household_key")
    assert {arms for (arms,) in households} <= {0, 1}


@pytest.fixture
def ready(workplace: Workplace, tmp_path: Path) -> Iterator[tuple[Workplace, str]]:
    """A run of two waves, of which a half is told later, with its texts, ready to be sent to a real server."""
    people = crowd([(number // 2, 1) for number in range(60)])
    text = brief(
        waves=WAVES, holdout=LATER, budget={"sek": 100_000, "co2_kg": 100}, channels=["email", "letter", "web"]
    )
    text = text.model_copy(update={"schedule": text.schedule.model_copy(update={"windows": ()})})
    run = runs.begin(workplace, text, campaign_in(tmp_path))
    for wave in ("second", "first"):
        selected(workplace, run, people, wave)
    rows(workplace, "UPDATE identity SET email = person_key || '@example.se'")
    rows(workplace, "UPDATE audience SET facts = MAP {'housing': 'flat'}")
    audience.draw_holdout(workplace, run)
    channels.plan_channels(workplace, run)
    messages.build_variants(workplace, run)
    digest.seal(workplace, run)
    with running_gateway(tmp_path / "sink") as url:
        yield sending_to(workplace, url), run


def told(sink: Path) -> set[str]:
    """Return whom the server has mail for, by key."""
    found = (message_from_bytes((sink / entry["file"]).read_bytes())["To"] for entry in accepted(sink))
    return {str(address).strip("<>").partition("@")[0] for address in found}


def send(workplace: Workplace, run: str, name: str) -> None:
    for shard in shards.write_shards(workplace, run, name):
        publishing.publish_shard(workplace, run, shard)
    publishing.merge_journals(workplace, run)


def test_the_control_group_is_told_in_sendings_of_its_own_and_nobody_is_told_twice(
    ready: tuple[Workplace, str], tmp_path: Path
) -> None:
    workplace, run = ready
    names = [sending.name for sending in sendings(runs.load(workplace, run).brief)]
    assert names == ["first", "second", "first-later", "second-later"]
    drawn = dict(rows(workplace, ARMS))
    for place, name in enumerate(names):
        send(workplace, run, name)
        quality.verify(workplace, "delivery", run)
        arms = {drawn[person] for person in told(tmp_path / "sink")}
        assert arms == ({"treated", "later"} if place >= 2 else {"treated"})
        assert shards.is_finished(workplace, run, name)
        with store.writing(workplace) as connection:
            persons = accounts.persons_accounted(connection, run)
            accounts.messages_accounted(connection, run)
        assert persons["audience"] == persons["held_out"] + persons["excluded"] + persons["assigned"]
    assigned = {message for (message,) in rows(workplace, "SELECT DISTINCT message_id FROM assignment")}
    sent = received(tmp_path / "sink")
    assert set(sent.values()) == {1}
    assert sent.keys() <= assigned
    settled = rows(
        workplace,
        "SELECT count(DISTINCT message_id) FROM delivery WHERE status = 'accepted' AND person_key IS NOT NULL",
    )
    assert settled == [(len(assigned),)]
    before = sorted(rows(workplace, "FROM message"), key=str)
    workplace.database.unlink()
    rebuild.rebuild(workplace)
    assert sorted(rows(workplace, "FROM message"), key=str) == before


def test_status_tells_which_start_is_waited_for(ready: tuple[Workplace, str]) -> None:
    workplace, run = ready
    rows(workplace, "UPDATE run SET state = 'publishing'")
    send(workplace, run, "first")
    with time_machine.travel(datetime.fromisoformat("2027-01-20T12:00:00+01:00"), tick=False):
        waits = sending_waited_for(workplace, runs.load(workplace, run))
        lines = status_lines(run_status(workplace, run))
    assert waits is not None
    assert waits.name == "second"
    assert "wave       first-later starts 2027-02-01 08:00 CET" in lines


CHANCES = {"treated": 0.45, "holdout": 0.2}


@pytest.fixture
def observed(workplace: Workplace) -> str:
    """A campaign with a planted effect of 25 points, seen on the look before the control group is told and after."""
    run = city(workplace, 1200, seed=1, share=0.5, holdout=LATER, looks=[14, 60])
    random = numpy.random.default_rng(2)
    drawn = drawn_households(workplace, run, 1200)
    observe(
        workplace, run, {unit: float(random.random() < CHANCES[drawn[unit][0]]) for unit in sorted(drawn)}, "2027-02-01"
    )
    observe(workplace, run, {unit: float(random.random() < 0.45) for unit in sorted(drawn)}, "2027-03-19")
    rows(workplace, "UPDATE audience SET arm = 'later' WHERE arm = 'holdout'")
    deliver_to_treated(workplace, run)
    return run


def test_the_interval_before_the_control_group_is_told_holds_the_planted_effect(
    workplace: Workplace, observed: str
) -> None:
    found = evaluate(workplace, observed, 1)
    arm = found["arms"][0]
    assert found["claim"] == "effect"
    assert arm["ci_low"] < 0.25 < arm["ci_high"]
    assert found["observed_on"] == "2027-02-01"


def test_a_look_after_the_control_group_was_told_claims_nothing_and_unlearns_nothing(
    workplace: Workplace, observed: str
) -> None:
    for look in (1, 2):
        found = evaluate(workplace, observed, look)
        draw_lessons(workplace, observed, look)
    assert found["claim"] == "no_control"
    assert [each["code"] for each in found["doubts"]] == ["all_are_told", "trend_only", "told_before"]
    assert "senare" in found["warnings"][0]
    assert re.search(r"^Utvärdering 1, innan de fick det: Av 100 hushåll .* ungefär 2\d fler", found["warnings"][2])
    assert found["arms"][0]["effect"] is None
    assert rows(workplace, "SELECT DISTINCT look FROM lesson") == [(1,)]
    assert rows(workplace, "SELECT count(*) > 0 FROM response_evidence") == [(True,)]


def test_a_look_that_may_claim_nothing_takes_nothing_of_what_those_before_it_may_claim(
    workplace: Workplace, observed: str
) -> None:
    first, last = (evaluate(workplace, observed, look) for look in (1, 2))
    assert first["look_level"] == pytest.approx(0.05, abs=1e-6)
    assert first["power"] > 0.8
    assert first["arms"][0]["verdict"] == "better"
    assert last["look_level"] == 0


def test_what_is_observed_once_the_control_group_is_told_answers_for_no_look_before(workplace: Workplace) -> None:
    run = city(workplace, 300, seed=1, share=0.5, holdout=LATER, looks=[14])
    rows(workplace, "UPDATE audience SET arm = 'later' WHERE arm = 'holdout'")
    observe(workplace, run, dict.fromkeys(drawn_households(workplace, run, 300), 1.0), "2027-02-02")
    with pytest.raises(OutcomesMissing):
        evaluate(workplace, run, 1)


def test_a_wave_to_the_public_that_would_not_be_sent_later_is_not_drawn(workplace: Workplace, tmp_path: Path) -> None:
    waves = [{"name": "internal_too", "start": "2027-01-18T08:00:00+01:00", "audience": "audience.sql"}]
    with pytest.raises(CheckFailed, match="would never get the message"):
        planned(workplace, tmp_path, crowd([(number, 1) for number in range(20)]), waves=waves)


def test_a_run_is_evaluated_while_the_control_group_waits_and_then_goes_on_to_tell_it(
    workplace: Workplace, observed: str
) -> None:
    rows(workplace, "UPDATE run SET state = 'publishing'")
    runs.begin_evaluating(workplace, observed)
    evaluate(workplace, observed, 1)
    assert runs.state(workplace, observed) == "publishing"
    stages.end_publishing.fn(workplace, observed)
    assert runs.state(workplace, observed) == "evaluating"


@pytest.mark.parametrize(("later", "contacts"), [(14, 1), (None, 0)])
def test_another_campaign_near_the_later_start_counts_its_message(
    workplace: Workplace, tmp_path: Path, later: int | None, contacts: int
) -> None:
    people = crowd([(number, 1) for number in range(1, 20)])
    first = planned(workplace, tmp_path, people, holdout={**LATER, "share": 0.1, "later": later})
    rows(workplace, f"UPDATE run SET state = 'approved' WHERE run = '{first}'")
    waves = [{"name": "other", "start": "2027-02-10T08:00:00+01:00", "audience": "audience.sql"}]
    second = begin(workplace, tmp_path, brief(edition="other", waves=waves, contact_cap=1))
    audience.select_audience(workplace, second)
    told_before = "excluded_reason IS NOT DISTINCT FROM 'contact_cap'"
    found = rows(workplace, f"SELECT person_key FROM audience WHERE run = '{second}' AND {told_before}")
    assigned = rows(workplace, f"SELECT DISTINCT person_key FROM assignment WHERE run = '{first}'")
    assert sorted(found) == sorted(assigned * contacts)


def test_a_channel_takes_no_more_than_the_busier_of_both_sendings_leaves_days_for(
    workplace: Workplace, tmp_path: Path
) -> None:
    """Half of them in the two days before the control group is told, so twice what the channel takes in two days."""
    text = brief(holdout={**LATER, "later": 2}, budget={"sek": 10**9, "co2_kg": 10**9})
    letter = Option("letter", 0.1, 1.0, 0.0, 1)
    cell = Cell("c", 10**7, 1, Counter(), ((letter,),), 1, "sv")
    block = plan_cells.Block(text.waves, is_public=True)
    limits = plan_cells.limits_of(text, block, [cell], 1e9, 1e9)
    assert limits.capacity == {(0, "letter"): 4.0 * (load_channels()["letter"].capacity_per_day or 0)}


def test_the_report_says_who_got_the_message_later(workplace: Workplace, observed: str) -> None:
    evaluate(workplace, observed, 1)
    store.take_snapshot(workplace)
    page = write_report(workplace, observed, 1).read_text(encoding="utf-8")
    assert "lottade att få meddelandet senare än de andra, den 1 februari 2027 kl. 08.00" in page
    assert "14 dagar senare" in page
    assert "fick inget eget meddelande" not in page


@pytest.mark.parametrize(("households", "told"), [(9, None), (20, 10)])
def test_how_many_are_told_later_is_told_from_ten_on(
    workplace: Workplace, tmp_path: Path, households: int, told: int | None
) -> None:
    people = [{**one, "reason": None, "segment": "a"} for one in crowd([(number, 1) for number in range(households)])]
    run = planned(workplace, tmp_path, people)
    with store.writing(workplace) as connection:
        known = runs.load_within(connection, run)
        (later,) = later_group.told_later(connection, known)
    assert later["persons"] == told
    (sentence,) = later_words.sentences([later], known, "en")
    assert "1 February 2027 at 08:00" in sentence
    assert ("not shown" in sentence) is (told is None)


def test_the_control_group_is_told_at_the_same_hour_across_a_change_of_clocks() -> None:
    waves = [{"name": "external", "start": "2027-03-22T08:00:00+01:00", "audience": "audience.sql"}]
    (_, later) = sendings(brief(waves=waves, holdout=LATER))
    assert later.start.isoformat() == "2027-04-05T08:00:00+02:00"


@pytest.mark.parametrize(("later", "wrong"), [(14, True), (None, False)])
def test_a_last_day_that_is_past_when_the_control_group_is_told_is_found(
    workplace: Workplace, tmp_path: Path, later: int | None, wrong: bool
) -> None:
    """The text tells of a last day between the two sendings."""
    folder = campaign_in(tmp_path)
    text, yaml = folder / "text.sv.md", folder / "campaign.yaml"
    told = text.read_text(encoding="utf-8").rstrip() + "\n\nSvara senast den 25 januari 2027.\n"
    text.write_text(told, encoding="utf-8")
    if later:
        written = yaml.read_text(encoding="utf-8").replace("by: household}", f"by: household, later: {later}}}")
        yaml.write_text(written.replace("looks: [30, 90]", "looks: [14, 90]"), encoding="utf-8")
    found = [each.message for each in check_campaign(workplace, folder) if "The day is past" in each.message]
    assert bool(found) is wrong
    assert all("1 February 2027" in each for each in found)
