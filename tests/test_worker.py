"""The worker as a process of its own against a real SMTP server, killed, paused, refused and deferred."""

import csv
import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from pypdf import PdfReader
from small_run import (
    WAVE,
    faults,
    kill,
    make_run,
    received,
    sending_to,
    start_coordinator,
    statuses,
    wait_until,
    workers_of,
)

from campaigns.errors import InputError
from flows.commands.status_lines import status_lines
from tasks import control, gateway_reason, journal, orders, publishing, shards
from tasks.delivery import Delivery
from tasks.gateways.smtp import accepted, running_gateway
from tasks.orders import Control
from tasks.senders.email import EmailSender
from tasks.senders.in_turn import InTurn
from tasks.senders.protocol import Message, Outcome, Setting
from tasks.shard_messages import read_shard
from tasks.status import run_status
from tasks.workplace import Workplace

EMAIL = f"{WAVE}-email-0001"
LETTER = f"{WAVE}-letter-0001"
TEXT = b"Subject: prov\r\n\r\nhej\r\n"


def planned(workplace: Workplace, emails: int, letters: int = 0, **changes: object) -> str:
    run = make_run(workplace, emails, letters, **changes)
    shards.write_shards(workplace, run, WAVE)
    return run


def test_each_message_is_sent_once_and_never_again(workplace: Workplace, tmp_path: Path) -> None:
    run = planned(workplace, 40)
    with running_gateway(tmp_path / "sink") as url:
        place = sending_to(workplace, url)
        first, second = (publishing.publish_shard(place, run, EMAIL) for _ in range(2))
    assert (first.outcome, first.counts, second.counts) == ("done", {"accepted": 40}, {})
    ids = {message.message_id for message in read_shard(workplace.run_folder(run, "shards"), EMAIL)[1]}
    assert received(tmp_path / "sink") == dict.fromkeys(ids, 1)


def test_a_message_arrives_filled_and_unstuffed(workplace: Workplace, tmp_path: Path) -> None:
    run = planned(workplace, 1)
    with running_gateway(tmp_path / "sink") as url:
        publishing.publish_shard(sending_to(workplace, url), run, EMAIL)
    (entry,) = accepted(tmp_path / "sink")
    text = (tmp_path / "sink" / entry["file"]).read_text()
    assert entry["rcpt_to"] == ["test0@example.se"]
    assert text.endswith("Hej Test0!\n.en rad med punkt\nProvplatsen\n")


def test_nothing_is_sent_that_was_not_marked_and_synced_before(workplace: Workplace, tmp_path: Path) -> None:
    """Whatever the sink holds at a kill has its mark on disk: checked against the sink's own store."""
    run = planned(workplace, 200)
    with running_gateway(tmp_path / "sink", faults(tmp_path, delay_ms=32)) as url:
        coordinator = start_coordinator(sending_to(workplace, url), run, [EMAIL])
        wait_until(lambda: len(accepted(tmp_path / "sink")) > 20)
        kill(coordinator.pid)
        coordinator.communicate()
    known = journal.standings(workplace.run_folder(run, "journals"), EMAIL)
    assert set(received(tmp_path / "sink")) <= set(known)


@pytest.mark.slow
def test_killed_workers_lose_nobody_and_double_nobody(workplace: Workplace, tmp_path: Path) -> None:
    run, kills, sink = planned(workplace, 600), 4, tmp_path / "sink"
    with running_gateway(sink, faults(tmp_path, delay_ms=24)) as url:
        place = sending_to(workplace, url)
        for number in range(kills):
            coordinator = start_coordinator(place, run, [EMAIL])
            goal = len(accepted(sink)) + 25 + 7 * number
            wait_until(lambda goal=goal: len(accepted(sink)) > goal)  # type: ignore[misc]
            (worker,) = workers_of(coordinator.pid)
            kill(worker)
            wait_until(lambda old=worker, c=coordinator: [w for w in workers_of(c.pid) if w != old])  # type: ignore[misc]
            kill(coordinator.pid)
            coordinator.communicate()
        result = publishing.publish_shard(place, run, EMAIL)
    arrived = received(sink)
    found = statuses(workplace, run, EMAIL)
    names = publishing.unknown(workplace, run)
    assert result.outcome == "done"
    assert max(arrived.values()) == 1
    assert found["accepted"] + found["unknown"] == 600
    assert found["unknown"] == len(names) <= 16 * 2 * kills
    ids = {message.message_id for message in read_shard(workplace.run_folder(run, "shards"), EMAIL)[1]}
    assert ids - set(arrived) <= set(names)


def test_a_worker_killed_alone_is_followed_by_another(workplace: Workplace, tmp_path: Path) -> None:
    run, sink = planned(workplace, 120), tmp_path / "sink"
    with running_gateway(sink, faults(tmp_path, delay_ms=32)) as url:
        coordinator = start_coordinator(sending_to(workplace, url), run, [EMAIL])
        wait_until(lambda: len(accepted(sink)) > 30)
        kill(workers_of(coordinator.pid)[0])
        output, _ = coordinator.communicate(timeout=60)
    assert output.strip() == "['done']"
    found = statuses(workplace, run, EMAIL)
    assert found["accepted"] + found["unknown"] == 120
    assert found["unknown"] <= 16
    assert max(received(sink).values()) == 1


def test_a_crisis_message_in_doubt_is_sent_once_more_and_only_once(workplace: Workplace, tmp_path: Path) -> None:
    run, sink = planned(workplace, 40, on_unknown="resend"), tmp_path / "sink"
    folder = workplace.run_folder(run, "journals")
    folder.mkdir()
    ids = [message.message_id for message in read_shard(workplace.run_folder(run, "shards"), EMAIL)[1]]
    for attempt in (1, 2):
        left_by_killed = journal.Journal(journal.next_segment(folder, EMAIL))
        left_by_killed.append([journal.now("marked", each, attempt) for each in ids[: 8 // attempt]])
        left_by_killed.append([journal.now("unknown", each, 1) for each in ids[:4]] if attempt == 1 else [])
        left_by_killed.close()
    with running_gateway(sink) as url:
        publishing.publish_shard(sending_to(workplace, url), run, EMAIL)
    assert set(ids) - set(received(sink)) == set(ids[:4]) == set(publishing.unknown(workplace, run))
    assert max(received(sink).values()) == 1
    assert [journal.standings(folder, EMAIL)[each].attempt for each in ids[4:10]] == [2, 2, 2, 2, 1, 1]


def test_a_torn_mark_was_not_sent_so_it_is_sent(workplace: Workplace, tmp_path: Path) -> None:
    run, sink = planned(workplace, 5), tmp_path / "sink"
    folder = workplace.run_folder(run, "journals")
    folder.mkdir()
    ids = [message.message_id for message in read_shard(workplace.run_folder(run, "shards"), EMAIL)[1]]
    torn = journal.encode(journal.now("marked", ids[0], 1)) + journal.encode(journal.now("marked", ids[1], 1))[:-1]
    journal.next_segment(folder, EMAIL).write_bytes(torn)
    with running_gateway(sink) as url:
        publishing.publish_shard(sending_to(workplace, url), run, EMAIL)
    assert set(received(sink)) == set(ids[1:])
    assert publishing.unknown(workplace, run) == [ids[0]]


def test_a_damaged_journal_stops_its_shard_and_names_the_place(workplace: Workplace, tmp_path: Path) -> None:
    run, sink = planned(workplace, 5), tmp_path / "sink"
    folder = workplace.run_folder(run, "journals")
    folder.mkdir()
    path = journal.next_segment(folder, EMAIL)
    path.write_bytes(b"00000000\tmarked\tx\t1\t1\t\t\n" + journal.encode(journal.now("marked", "y", 1)))
    with running_gateway(sink) as url, pytest.raises(InputError, match=r"e0001\.journal, byte 0"):
        publishing.publish_shard(sending_to(workplace, url), run, EMAIL)
    assert received(sink) == {}


def test_a_changed_shard_is_not_sent(workplace: Workplace, tmp_path: Path) -> None:
    run, sink = planned(workplace, 5), tmp_path / "sink"
    path = workplace.run_folder(run, "shards") / f"{EMAIL}.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with running_gateway(sink) as url, pytest.raises(InputError, match="not as it was written"):
        publishing.publish_shard(sending_to(workplace, url), run, EMAIL)
    assert received(sink) == {}


def test_deferred_messages_are_tried_again_and_arrive_once(workplace: Workplace, tmp_path: Path) -> None:
    run, sink = planned(workplace, 60), tmp_path / "sink"
    refusals = faults(tmp_path, reply={"rcpt": "450 4.2.1 try later", "share": 0.3, "seed": 1})
    with running_gateway(sink, refusals) as url:
        result = publishing.publish_shard(sending_to(workplace, url), run, EMAIL)
    assert result.counts["deferred"] > 5
    assert (result.outcome, result.counts["accepted"], max(received(sink).values())) == ("done", 60, 1)


def test_what_stays_deferred_is_pending_and_goes_out_another_time(workplace: Workplace, tmp_path: Path) -> None:
    run, sink = planned(workplace, 8), tmp_path / "sink"
    with running_gateway(sink, faults(tmp_path, reply={"rcpt": "450 4.2.1 try later"})) as url:
        result = publishing.publish_shard(sending_to(workplace, url), run, EMAIL, patience=0.5)
    assert (result.outcome, publishing.merge_journals(workplace, run)["pending"]) == ("deferred", 10)
    with running_gateway(sink) as url:
        assert publishing.publish_shard(sending_to(workplace, url), run, EMAIL).counts == {"accepted": 8}


@pytest.mark.parametrize("verb", ["mail", "rcpt", "data", "dot"])
def test_a_final_refusal_is_final(workplace: Workplace, tmp_path: Path, verb: str) -> None:
    run, sink = planned(workplace, 6), tmp_path / "sink"
    with running_gateway(sink, faults(tmp_path, reply={verb: "550 5.1.1 no such user"})) as url:
        result = publishing.publish_shard(sending_to(workplace, url), run, EMAIL)
    assert (result.counts, received(sink)) == ({"rejected": 6}, {})
    with running_gateway(sink) as url:
        assert publishing.publish_shard(sending_to(workplace, url), run, EMAIL).counts == {}


def test_a_connection_lost_after_the_final_dot_leaves_doubt_and_no_second_copy(
    workplace: Workplace, tmp_path: Path
) -> None:
    run, sink = planned(workplace, 40), tmp_path / "sink"
    with running_gateway(sink, faults(tmp_path, drop_after_dot=0.3)) as url:
        place = sending_to(workplace, url)
        first, second = (publishing.publish_shard(place, run, EMAIL) for _ in range(2))
    assert first.counts["unknown"] + first.counts["accepted"] == 40
    assert first.counts["unknown"] == len(publishing.unknown(workplace, run)) > 4
    assert (second.counts, max(received(sink).values())) == ({}, 1)


def test_a_gateway_that_does_not_answer_leaves_everything_queued(workplace: Workplace, tmp_path: Path) -> None:
    run = planned(workplace, 20)
    result = publishing.publish_shard(sending_to(workplace, "smtp://127.0.0.1:1"), run, EMAIL)
    assert (result.outcome, result.counts) == ("gateway_unavailable", {})
    assert gateway_reason.keep(workplace, run, [result]) == gateway_reason.kept(workplace, run) == result.problem
    assert result.problem == "no mail relay took the connection (127.0.0.1:1 ConnectionRefusedError)"
    assert f"why        {result.problem}" in status_lines(run_status(workplace, run))
    gateway_reason.keep(workplace, run, [replace(result, problem="")])
    assert run_status(workplace, run)["unreachable"] == ""
    assert statuses(workplace, run, EMAIL) == {}
    assert publishing.merge_journals(workplace, run)["pending"] == 22


def test_the_next_relay_of_the_list_takes_over(workplace: Workplace, tmp_path: Path) -> None:
    run, sink = planned(workplace, 5), tmp_path / "sink"
    with running_gateway(sink) as url:
        place = sending_to(workplace, f"smtp://127.0.0.1:1,{url}")
        assert publishing.publish_shard(place, run, EMAIL).counts == {"accepted": 5}


def test_a_relay_that_takes_nothing_is_left_before_the_run_counts_as_failing(
    workplace: Workplace, tmp_path: Path
) -> None:
    run, ill = planned(workplace, 160), faults(tmp_path, reply={"mail": "451 4.3.0 trouble"})
    with running_gateway(tmp_path / "ill", ill) as first, running_gateway(tmp_path / "well") as second:
        result = publishing.publish_shard(sending_to(workplace, f"{first},{second}"), run, EMAIL)
    assert (result.outcome, len(accepted(tmp_path / "well")), accepted(tmp_path / "ill")) == ("done", 160, [])


def test_a_failing_gateway_pauses_the_run_and_says_so(workplace: Workplace, tmp_path: Path) -> None:
    run, sink = planned(workplace, 300), tmp_path / "sink"
    with running_gateway(sink, faults(tmp_path, reply={"rcpt": "451 4.3.0 trouble", "share": 0.9})) as url:
        place = sending_to(workplace, url)
        result = publishing.publish_shard(place, run, EMAIL)
        assert (result.outcome, sum(result.counts.values()) < 80) == ("gateway_failing", True)
        assert publishing.publish_shard(place, run, EMAIL).outcome == "paused"


def test_an_opt_out_while_publishing_is_honoured(workplace: Workplace, tmp_path: Path) -> None:
    run, sink = planned(workplace, 300), tmp_path / "sink"
    _, messages = read_shard(workplace.run_folder(run, "shards"), EMAIL)
    by_address, by_person = messages[-1], messages[-2]
    with running_gateway(sink, faults(tmp_path, delay_ms=32)) as url:
        coordinator = start_coordinator(sending_to(workplace, url), run, [EMAIL])
        wait_until(lambda: accepted(sink))
        control.suppress(workplace, email=by_address.address.upper(), actor="test")
        control.suppress(workplace, person_key=by_person.suppression_keys[0], purpose="waste_information", actor="test")
        control.suppress(workplace, person_key=messages[-3].suppression_keys[0], purpose="something_else", actor="test")
        assert len(accepted(sink)) < 250
        coordinator.communicate(timeout=60)
    arrived = received(sink)
    assert {message.message_id for message in messages} - set(arrived) == {by_address.message_id, by_person.message_id}
    assert publishing.merge_journals(workplace, run)["suppressed"] == 2


def deliver(
    workplace: Workplace, run: str, url: str, render: Callable[[Message], bytes] = lambda _: TEXT, **more: Any
) -> tuple[str, Sequence[Message]]:
    """Send the e-mails of a run in this process; returns how it ended."""
    journals = workplace.run_folder(run, "journals")
    journals.mkdir(exist_ok=True)
    _, messages = read_shard(workplace.run_folder(run, "shards"), EMAIL)
    given = Control(workplace.run_folder(run, "control"), "email")
    given.terms["stories"] = [{"variant": "email-sv", "consents": ["story"]}]
    setting = Setting(run, EMAIL, workplace.home, render, url, sender_address="budkavle@example.se")
    delivery = Delivery(journals, EMAIL, EmailSender(setting), given, **more)
    try:
        return delivery.run(messages, journal.standings(journals, EMAIL)), messages
    finally:
        delivery.close()


def after_the_first_mark(act: Callable[[], object], then: bool = True) -> Callable[[], bool]:
    """Do something between the first mark and the second; then say whether the worker still has the shard."""
    marks = itertools.count()

    def holds() -> bool:
        if next(marks) == 0:
            act()
            return True
        return then

    return holds


@pytest.mark.parametrize("what", ["opt-out", "withdrawn", "stop", "pause", "lost"])
def test_what_is_announced_to_the_relay_and_then_called_off_is_not_sent(
    workplace: Workplace, tmp_path: Path, what: str
) -> None:
    run, sink = planned(workplace, 60), tmp_path / "sink"
    folder = workplace.run_folder(run, "control")
    one = read_shard(workplace.run_folder(run, "shards"), EMAIL)[1][20].suppression_keys[0]
    act: dict[str, Callable[[], object]] = {
        "opt-out": lambda: control.suppress(workplace, person_key=one, actor="test"),
        "withdrawn": lambda: orders.append(folder, orders.WITHDRAWALS, [("story",)]),
        "lost": lambda: None,
    }
    order = act.get(what, lambda: orders.append(folder, orders.ORDERS, [(what, "test")]))
    with running_gateway(sink) as url:
        ending, _ = deliver(workplace, run, url, holds=after_the_first_mark(order, what != "lost"))
    told, arrived = statuses(workplace, run, EMAIL), len(accepted(sink))
    taken_back = told.pop("deferred", 0)
    assert 0 < taken_back <= 16 if what == "lost" else taken_back == 0
    assert (ending, arrived, told) == {
        "opt-out": ("done", 59, {"accepted": 59, "suppressed": 1}),
        "withdrawn": ("done", 16, {"accepted": 16, "cancelled": 44}),
        "stop": ("done", 16, {"accepted": 16, "cancelled": 44}),
        "pause": ("paused", 16, {"accepted": 16}),
        "lost": ("locked", 16, {"accepted": 16}),
    }[what]
    assert len({address for entry in accepted(sink) for address in entry["rcpt_to"]}) == arrived


def test_a_story_whose_consent_is_withdrawn_is_not_tried_a_second_time(workplace: Workplace, tmp_path: Path) -> None:
    run = planned(workplace, 40)
    folder = workplace.run_folder(run, "control")
    with running_gateway(tmp_path / "sink", faults(tmp_path, reply={"rcpt": "450 4.2.1 later"})) as url:
        withdraw = after_the_first_mark(lambda: orders.append(folder, orders.WITHDRAWALS, [("story",)]))
        deliver(workplace, run, url, holds=withdraw)
    assert statuses(workplace, run, EMAIL) == {"cancelled": 40}
    (segment,) = journal.segments(workplace.run_folder(run, "journals"), EMAIL)
    assert sum(record.status == "marked" for _, record in journal.read(segment)) == 16


def test_a_text_that_cannot_be_filled_leaves_nobody_before_it_in_doubt(workplace: Workplace, tmp_path: Path) -> None:
    run = planned(workplace, 40)
    bad = read_shard(workplace.run_folder(run, "shards"), EMAIL)[1][16].message_id

    def render(message: Message) -> bytes:
        if message.message_id == bad:
            raise InputError("the slot has no value")
        return TEXT

    with running_gateway(tmp_path / "sink") as url, pytest.raises(InputError, match="no value"):
        deliver(workplace, run, url, render)
    assert statuses(workplace, run, EMAIL) == {"accepted": 16}


def test_patience_begins_when_everybody_has_been_tried_once(workplace: Workplace, tmp_path: Path) -> None:
    run = planned(workplace, 24)
    with running_gateway(tmp_path / "sink", faults(tmp_path, delay_ms=60)) as url:
        ending, messages = deliver(workplace, run, f"{url}?connections=1", patience=0.2)
    assert (ending, len(accepted(tmp_path / "sink"))) == ("done", len(messages))


def test_an_opt_out_between_planning_and_publishing_is_honoured(workplace: Workplace, tmp_path: Path) -> None:
    run = make_run(workplace, 3)
    control.suppress(workplace, email="test1@example.se", actor="test")
    shards.write_shards(workplace, run, WAVE)
    with running_gateway(tmp_path / "sink") as url:
        result = publishing.publish_shard(sending_to(workplace, url), run, EMAIL)
    assert result.counts == {"accepted": 2, "suppressed": 1}


def test_pause_holds_within_a_window_and_resume_finishes(workplace: Workplace, tmp_path: Path) -> None:
    run, sink = planned(workplace, 200), tmp_path / "sink"
    with running_gateway(sink, faults(tmp_path, delay_ms=32)) as url:
        place = sending_to(workplace, url)
        coordinator = start_coordinator(place, run, [EMAIL])
        wait_until(lambda: accepted(sink))
        control.pause(workplace, run, "test")
        before = len(accepted(sink))
        output, _ = coordinator.communicate(timeout=30)
        assert (output.strip(), len(accepted(sink)) <= before + 32) == ("['paused']", True)
        control.resume(workplace, run, "test")
        assert publishing.publish_shard(place, run, EMAIL).outcome == "done"
    assert sum(received(sink).values()) == 200


def test_stop_without_a_publisher_cancels_everything_queued(workplace: Workplace, tmp_path: Path) -> None:
    run = planned(workplace, 30, letters=4)
    control.stop(workplace, run, "test")
    accounts = publishing.merge_journals(workplace, run)
    assert (accounts["planned"], accounts["cancelled"]) == (34, 34)
    control.resume(workplace, run, "test")
    with running_gateway(tmp_path / "sink") as url:
        publishing.publish_shard(sending_to(workplace, url), run, EMAIL)
    assert received(tmp_path / "sink") == {}


def test_stop_while_publishing_accounts_for_everybody(workplace: Workplace, tmp_path: Path) -> None:
    run, sink = planned(workplace, 200), tmp_path / "sink"
    with running_gateway(sink, faults(tmp_path, delay_ms=32)) as url:
        place = sending_to(workplace, url)
        coordinator = start_coordinator(place, run, [EMAIL])
        wait_until(lambda: accepted(sink))
        control.stop(place, run, "test")
        coordinator.communicate(timeout=30)
    accounts = publishing.merge_journals(workplace, run)
    assert accounts["accepted"] == len(accepted(sink))
    assert accounts["accepted"] + accounts["cancelled"] == 202
    assert accounts["cancelled"] > 100


def test_what_is_no_longer_true_expires(workplace: Workplace, tmp_path: Path) -> None:
    run = planned(workplace, 5, schedule={"valid_until": "2026-01-01T00:00:00+01:00"})
    with running_gateway(tmp_path / "sink") as url:
        result = publishing.publish_shard(sending_to(workplace, url), run, EMAIL)
    assert (result.outcome, result.counts, received(tmp_path / "sink")) == ("done", {"expired": 5}, {})


def test_outside_the_sending_hours_it_waits(workplace: Workplace, tmp_path: Path) -> None:
    never = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "opens": "00:00", "closes": "00:00"}]
    run = planned(workplace, 5, schedule={"windows": never})
    with running_gateway(tmp_path / "sink") as url:
        result = publishing.publish_shard(sending_to(workplace, url), run, EMAIL)
    assert (result.outcome, result.counts) == ("outside_hours", {})


def test_two_at_once_send_each_message_once(workplace: Workplace, tmp_path: Path) -> None:
    run, sink, outcomes = planned(workplace, 150), tmp_path / "sink", []
    with running_gateway(sink, faults(tmp_path, delay_ms=300)) as url:
        place = sending_to(workplace, url)
        both = [
            threading.Thread(target=lambda: outcomes.append(publishing.publish_shard(place, run, EMAIL).outcome))
            for _ in range(2)
        ]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
    assert sorted(outcomes) == ["done", "locked"]
    assert (len(received(sink)), max(received(sink).values())) == (150, 1)


def test_an_interrupted_command_leaves_nothing_in_doubt(workplace: Workplace, tmp_path: Path) -> None:
    run, sink = planned(workplace, 200), tmp_path / "sink"
    with running_gateway(sink, faults(tmp_path, delay_ms=32)) as url:
        coordinator = start_coordinator(sending_to(workplace, url), run, [EMAIL])
        wait_until(lambda: accepted(sink))
        os.kill(coordinator.pid, signal.SIGINT)
        coordinator.communicate(timeout=30)
    found = statuses(workplace, run, EMAIL)
    assert found == {"accepted": len(accepted(sink))}


def test_a_worker_whose_parent_is_gone_does_not_start(workplace: Workplace, tmp_path: Path) -> None:
    run = planned(workplace, 5)
    command = [sys.executable, "-m", "tasks.worker", "--home", str(workplace.home), "--run", run, "--shard", EMAIL]
    answer = subprocess.run([*command, "--parent", "1"], input="{}", capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (3, "")


def test_letters_are_handed_over_once_and_whole(workplace: Workplace) -> None:
    run = planned(workplace, 1, letters=7)
    first, second = (publishing.publish_shard(workplace, run, LETTER) for _ in range(2))
    (manifest,) = (workplace.home / "sink" / "letter").glob("*.csv")
    rows = list(csv.DictReader(manifest.open(encoding="utf-8")))
    assert (first.counts, second.counts, len(rows)) == ({"accepted": 4}, {}, 4)
    assert list(rows[0]) == [
        "message_id", "file", "first_page", "pages", "name", "street", "apartment", "postcode", "city", "language",
    ]  # fmt: skip
    assert [(row["first_page"], row["pages"]) for row in rows] == [("1", "1"), ("3", "1"), ("5", "1"), ("7", "1")]
    (file,) = {row["file"] for row in rows}
    pages = PdfReader(manifest.with_name(file)).pages
    for row in rows:
        assert row["street"] in pages[int(row["first_page"]) - 1].extract_text()
    assert {path.name for path in manifest.parent.iterdir()} == {manifest.name, file}


@pytest.mark.parametrize("moment", ["before_hand_over", "after_hand_over", "fetched_by_print_shop"])
def test_a_crash_around_the_hand_over_of_letters_leaves_no_doubt(workplace: Workplace, moment: str) -> None:
    run = planned(workplace, 1, letters=6)
    publishing.publish_shard(workplace, run, LETTER)
    (manifest,) = (workplace.home / "sink" / "letter").glob("*.csv")
    (path,) = journal.segments(workplace.run_folder(run, "journals"), LETTER)
    marks = [line for line in path.read_bytes().splitlines(keepends=True) if b"\tmarked\t" in line]
    path.write_bytes(b"".join(marks))
    draft = manifest.with_name(f".{manifest.name}.draft")
    before = manifest.read_bytes()
    if moment == "before_hand_over":
        manifest.rename(draft)
    elif moment == "fetched_by_print_shop":
        manifest.unlink()
    publishing.publish_shard(workplace, run, LETTER)
    assert statuses(workplace, run, LETTER) == {"accepted": 4}
    assert (manifest.exists() and manifest.read_bytes() == before) == (moment != "fetched_by_print_shop")


def test_a_page_may_be_written_again(workplace: Workplace) -> None:
    run = planned(workplace, 1)
    publishing.publish_shard(workplace, run, f"{WAVE}-web-0001")
    (path,) = journal.segments(workplace.run_folder(run, "journals"), f"{WAVE}-web-0001")
    path.write_bytes(b"".join(line for line in path.read_bytes().splitlines(keepends=True) if b"\tmarked\t" in line))
    assert publishing.publish_shard(workplace, run, f"{WAVE}-web-0001").counts["accepted"] == 2
    assert (workplace.home / "sink" / "web" / run / "sv.html").read_bytes() == b"<p>Sortera</p>"


def test_a_damaged_control_file_stops_the_sending(workplace: Workplace, tmp_path: Path) -> None:
    run = planned(workplace, 5)
    (workplace.run_folder(run, "control") / orders.SUPPRESSIONS).write_bytes(b"not\ta line\n")
    with running_gateway(tmp_path / "sink") as url, pytest.raises(InputError, match="control file is damaged"):
        publishing.publish_shard(sending_to(workplace, url), run, EMAIL)
    assert received(tmp_path / "sink") == {}


def test_what_is_handed_over_is_marked_on_the_disk_itself(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill leaves what the system has not written yet, so only the order of sync and sending shows a missing sync."""
    run = planned(workplace, 40)
    journals, synced, handed = workplace.run_folder(run, "journals"), [0], list[str]()
    journals.mkdir(exist_ok=True)
    _, messages = read_shard(workplace.run_folder(run, "shards"), EMAIL)

    def sync(file: int) -> None:
        synced.append(os.fstat(file).st_size)

    class Recording:
        window = 16

        def open(self) -> None: ...

        def prepare(self, messages: Sequence[Message]) -> None: ...

        def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
            durable = journal.segments(journals, EMAIL)[-1].read_bytes()[: synced[-1]]
            assert all(f"marked\t{each.message_id}\t".encode() in durable for each in messages)
            handed.extend(each.message_id for each in messages)
            yield from (Outcome("accepted", "250") for _ in messages)

        def after_crash(self) -> Literal["unknown"]:
            return "unknown"

        def close(self) -> None: ...

    monkeypatch.setattr(os, "fdatasync", sync)
    control = Control(workplace.run_folder(run, "control"), "email")
    delivery = Delivery(journals, EMAIL, InTurn(Recording()), control)
    assert delivery.run(messages, {}) == "done"
    delivery.close()
    assert handed == [each.message_id for each in messages]


def test_what_has_expired_once_stays_so_when_the_clock_jumps_back(workplace: Workplace) -> None:
    run = planned(workplace, 5)
    given = Control(workplace.run_folder(run, "control"), "email")
    late = datetime.now(UTC) + timedelta(days=4000)
    assert [given.refresh(moment) for moment in (datetime.now(UTC), late, datetime.now(UTC))] == [
        "go",
        "expired",
        "expired",
    ]
