"""Shards, journals and sums over a whole run."""

from dataclasses import replace
from pathlib import Path

import pytest
from small_run import (
    WAVE,
    alive,
    faults,
    kill,
    make_run,
    received,
    sending_to,
    start_coordinator,
    wait_until,
    workers_of,
)

from campaigns.errors import CheckFailed, InputError, Refused, RunPaused
from campaigns.sendings import sendings
from flows import publication
from tasks import control, journal, publishing, runs, shards, store
from tasks.gateways.smtp import accepted, running_gateway
from tasks.publishing import ShardResult
from tasks.shard_messages import read_shard
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

EMAIL = f"{WAVE}-email-0001"


def publish_all(workplace: Workplace, run: str) -> None:
    for shard in shards.write_shards(workplace, run, WAVE):
        publishing.publish_shard(workplace, run, shard)


def leave_in_doubt(workplace: Workplace, run: str, how_many: int) -> list[str]:
    """What a worker killed with its window marked leaves behind."""
    shards.write_shards(workplace, run, WAVE)
    ids = [message.message_id for message in read_shard(workplace.run_folder(run, "shards"), EMAIL)[1]][:how_many]
    folder = workplace.run_folder(run, "journals")
    folder.mkdir(exist_ok=True)
    left = journal.Journal(journal.next_segment(folder, EMAIL))
    left.append([journal.now("marked", each, 1) for each in ids])
    left.close()
    return ids


def test_shards_are_written_once_and_never_change(workplace: Workplace) -> None:
    run = make_run(workplace, 30, letters=6)
    names = shards.write_shards(workplace, run, WAVE)
    folder = workplace.run_folder(run, "shards")
    before = {path.name: path.read_bytes() for path in folder.glob("*.*")}
    with store.writing(workplace) as connection:
        connection.execute("UPDATE identity SET email = 'someone-else@example.se'")
    assert shards.write_shards(workplace, run, WAVE) == names
    assert {path.name: path.read_bytes() for path in folder.glob("*.*")} == before
    assert names == [EMAIL, f"{WAVE}-letter-0001", f"{WAVE}-web-0001"]


def test_a_shard_that_another_has_is_no_pause_that_somebody_could_end(workplace: Workplace) -> None:
    run = make_run(workplace, 2)
    (wave,) = [each for each in sendings(runs.load(workplace, run).brief) if each.name == WAVE]
    with pytest.raises(RunPaused, match="another `run` or `stop` of it is at work") as told:
        publication.require_finished(workplace, run, wave, [ShardResult("s", "locked"), ShardResult("t", "done")], "")
    assert "resume" not in str(told.value)


def test_shards_survive_a_lost_commit(workplace: Workplace) -> None:
    run = make_run(workplace, 30)
    names = shards.write_shards(workplace, run, WAVE)
    with store.writing(workplace) as connection:
        connection.execute("DELETE FROM message")
    assert shards.write_shards(workplace, run, WAVE) == names
    assert publishing.merge_journals(workplace, run)["planned"] == 32


@pytest.mark.parametrize(
    ("emails", "workers", "expected"), [(1000, 4, 1), (1001, 3, 3), (51_000, 1, 2), (60_000, 2, 2)]
)
def test_every_worker_gets_a_shard_of_a_large_wave(
    workplace: Workplace, emails: int, workers: int, expected: int
) -> None:
    place = replace(workplace, workers=workers)
    run = make_run(place, emails)
    names = [name for name in shards.write_shards(place, run, WAVE) if "email" in name]
    messages = [read_shard(place.run_folder(run, "shards"), name)[1] for name in names]
    ids = [message.message_id for shard in messages for message in shard]
    assert (len(names), len(set(ids)), ids) == (expected, emails, sorted(ids))


def test_nobody_assigned_is_lost_in_a_join(workplace: Workplace) -> None:
    run = make_run(workplace, 10)
    with store.writing(workplace) as connection:
        connection.execute(
            "UPDATE assignment SET channel = 'pigeon' WHERE message_id = (SELECT min(message_id) FROM assignment)"
        )
    with pytest.raises(InputError, match="1 assigned messages have no channel"):
        shards.write_shards(workplace, run, WAVE)


def test_a_household_gets_one_letter_that_reaches_its_members(workplace: Workplace) -> None:
    run = make_run(workplace, 0, letters=8)
    publish_all(workplace, run)
    accounts = publishing.merge_journals(workplace, run)
    assert accounts["by_channel"]["letter"]["accepted"] == 4
    with store.writing(workplace) as connection:
        assert publishing.persons_reached(connection, run) == 8


def test_all_messages_are_accounted_for_by_channel(workplace: Workplace, tmp_path: Path) -> None:
    run = make_run(workplace, 50, letters=10)
    control.suppress(workplace, email="test7@example.se", actor="test")
    with running_gateway(tmp_path / "sink", faults(tmp_path, drop_after_dot=0.2)) as url:
        publish_all(sending_to(workplace, url), run)
    accounts = publishing.merge_journals(workplace, run)
    by_channel = accounts.pop("by_channel")
    assert accounts["planned"] == 50 + 5 + 2 == sum(accounts.values()) - accounts["planned"]
    assert accounts["suppressed"] == 1
    assert all(each["planned"] == sum(each.values()) - each["planned"] for each in by_channel.values())


def test_merging_again_adds_nothing(workplace: Workplace, tmp_path: Path) -> None:
    run = make_run(workplace, 20)
    with running_gateway(tmp_path / "sink") as url:
        publish_all(sending_to(workplace, url), run)
    first = publishing.merge_journals(workplace, run)
    with store.writing(workplace) as connection:
        rows = connection.execute("SELECT count(*) FROM delivery_event").fetchone()
    assert publishing.merge_journals(workplace, run) == first
    with store.writing(workplace) as connection:
        assert connection.execute("SELECT count(*) FROM delivery_event").fetchone() == rows


def test_merging_while_a_journal_grows_takes_each_record_once(workplace: Workplace, tmp_path: Path) -> None:
    run = make_run(workplace, 1)
    folder = workplace.run_folder(run, "journals")
    (message,) = (
        shards.write_shards(workplace, run, WAVE)[:1] and read_shard(workplace.run_folder(run, "shards"), EMAIL)[1]
    )
    folder.mkdir()
    lines = [journal.encode(journal.now(status, message.message_id, 1)) for status in ("marked", "deferred", "marked")]
    path, whole = journal.next_segment(folder, EMAIL), b"".join(lines)
    for length in range(0, len(whole) + 1, 7):
        path.write_bytes(whole[:length])
        publishing.merge_journals(workplace, run)
    path.write_bytes(whole)
    publishing.merge_journals(workplace, run)
    with store.writing(workplace) as connection:
        rows = connection.execute('SELECT status FROM delivery_event ORDER BY "offset"').fetchall()
    assert rows == [("marked",), ("deferred",), ("marked",)]


def test_a_record_of_an_unplanned_message_is_reported(workplace: Workplace) -> None:
    run = make_run(workplace, 3)
    leave_in_doubt(workplace, run, 1)
    stray = journal.Journal(journal.next_segment(workplace.run_folder(run, "journals"), EMAIL))
    stray.append([journal.now("accepted", "f" * 32, 1)])
    stray.close()
    with pytest.raises(CheckFailed, match="1 journal records belong to none"):
        publishing.merge_journals(workplace, run)


@pytest.mark.parametrize("decision", ["accepted", "rejected"])
def test_a_person_settles_what_is_in_doubt(workplace: Workplace, tmp_path: Path, decision: str) -> None:
    run = make_run(workplace, 5)
    (doubtful,) = leave_in_doubt(workplace, run, 1)
    with running_gateway(tmp_path / "sink") as url:
        publish_all(sending_to(workplace, url), run)
    assert publishing.unknown(workplace, run) == [doubtful]
    publishing.decide_unknown(workplace, run, doubtful, decision, "test")  # type: ignore[arg-type]
    assert publishing.unknown(workplace, run) == []
    assert publishing.merge_journals(workplace, run)[decision] >= 1
    with pytest.raises(Refused):
        publishing.decide_unknown(workplace, run, doubtful, "rejected", "test")
    assert doubtful not in received(tmp_path / "sink")


def test_a_person_may_resend_once(workplace: Workplace, tmp_path: Path) -> None:
    run = make_run(workplace, 5)
    (doubtful,) = leave_in_doubt(workplace, run, 1)
    with running_gateway(tmp_path / "sink") as url:
        place = sending_to(workplace, url)
        publish_all(place, run)
        publishing.decide_unknown(workplace, run, doubtful, "resend", "test")
        publish_all(place, run)
    assert received(tmp_path / "sink")[doubtful] == 1
    with pytest.raises(Refused):
        publishing.decide_unknown(workplace, run, doubtful, "resend", "test")


def test_a_person_settles_all_that_is_in_doubt_at_once_but_what_was_resent_is_not_sent_a_third_time(
    workplace: Workplace, tmp_path: Path
) -> None:
    run = make_run(workplace, 8)
    doubtful = leave_in_doubt(workplace, run, 3)
    with running_gateway(tmp_path / "sink") as url:
        place = sending_to(workplace, url)
        publish_all(place, run)
        assert publishing.decide_every_unknown(workplace, run, "resend", "test") == 3
        publish_all(place, run)
        assert publishing.unknown(workplace, run) == []
        assert {received(tmp_path / "sink")[each] for each in doubtful} == {1}
    twice = journal.Journal(journal.next_segment(workplace.run_folder(run, "journals"), EMAIL))
    twice.append([journal.now("unknown", doubtful[0], 2)])
    twice.close()
    assert publishing.decide_every_unknown(workplace, run, "resend", "test") == 0
    assert publishing.unknown(workplace, run) == [doubtful[0]]
    assert publishing.decide_every_unknown(workplace, run, "accepted", "test") == 1
    assert publishing.unknown(workplace, run) == []


@pytest.mark.slow
def test_a_killed_run_stops_at_once_and_goes_on_without_loss(workplace: Workplace, tmp_path: Path) -> None:
    run, sink, kills = make_run(workplace, 400), tmp_path / "sink", 3
    names = [name for name in shards.write_shards(workplace, run, WAVE) if "email" in name]
    with running_gateway(sink, faults(tmp_path, delay_ms=24)) as url:
        place = sending_to(workplace, url)
        for number in range(kills):
            coordinator = start_coordinator(place, run, names)
            goal = len(accepted(sink)) + 20 + 13 * number
            wait_until(lambda goal=goal: len(accepted(sink)) > goal)  # type: ignore[misc]
            workers = workers_of(coordinator.pid)
            kill(coordinator.pid)
            coordinator.communicate()
            wait_until(lambda old=workers: not any(map(alive, old)), seconds=5)  # type: ignore[misc]
        publish_all(place, run)
        publish_all(place, run)
    accounts, arrived = publishing.merge_journals(workplace, run)["by_channel"]["email"], received(sink)
    names_in_doubt = publishing.unknown(workplace, run)
    assert accounts["accepted"] + accounts["unknown"] == 400
    assert accounts["unknown"] == len(names_in_doubt) <= 16 * kills
    assert max(arrived.values()) == 1
    assert len(set(arrived) | set(names_in_doubt)) == 400


def test_suppressions_come_from_a_file_whole_or_not_at_all(workplace: Workplace, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("email\nsecret.person@example.se\nnot an address\n")
    with pytest.raises(InputError) as refused:
        control.suppress_file(workplace, bad, actor="test")
    assert "secret.person" not in str(refused.value)
    assert "rows 3" in str(refused.value)
    assert control.list_suppressions(workplace) == []
    good = tmp_path / "good.csv"
    good.write_text("\ufeffemail,personal_number\na@example.se,\n,19900101-2384\n")
    assert control.suppress_file(workplace, good, actor="test") == 2
    keys = {each["subject_key"] for each in control.list_suppressions(workplace)}
    assert control.address_key(workplace, " A@Example.se ") in keys
    with store.writing(workplace) as connection:
        assert {key for (key,) in connection.execute("SELECT subject_key FROM suppression").fetchall()} == keys


def test_no_personal_value_reaches_journal_control_or_decision_log(workplace: Workplace, tmp_path: Path) -> None:
    run = make_run(workplace, 5, letters=2)
    control.suppress(workplace, email="test1@example.se", actor="test")
    with running_gateway(tmp_path / "sink") as url:
        publish_all(sending_to(workplace, url), run)
    folders = [workplace.run_folder(run, "journals"), workplace.run_folder(run, "control")]
    kept = b"".join(path.read_bytes() for folder in folders for path in folder.iterdir())
    kept += workplace.decisions.read_bytes()
    assert not any(value in kept for value in (b"@example.se", b"Testsson", b"Provgatan", b"Test1"))
