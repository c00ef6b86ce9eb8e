"""The hand-over of letters: whole or not at all, on a full disk, after a crash and under kills."""

import csv
import resource
from pathlib import Path

import pytest
from small_run import LETTER, WAVE, kill, make_run, start_coordinator, statuses, wait_until
from test_letters import people, sender_of

from campaigns.errors import GatewayUnavailable
from tasks import publishing, shards, store, worker
from tasks.senders.letter import LetterSender
from tasks.senders.protocol import Message
from tasks.slots import parse
from tasks.workplace import Workplace

TEMPLATE = parse(LETTER)


def test_after_a_crash_a_letter_without_an_address_does_not_count_as_handed_over(workplace: Workplace) -> None:
    run = make_run(workplace, 0, letters=6)
    with store.writing(workplace) as connection:
        connection.execute("UPDATE identity SET street = '' WHERE street IN ('Provgatan 0', 'Provgatan 1')")
    shards.write_shards(workplace, run, WAVE)
    journals = workplace.run_folder(run, "journals")
    shard = f"{WAVE}-letter-0001"
    given = {"patience": 0.1}
    assert worker.publish(workplace.home, run, shard, given, lambda: False)["counts"] == {"accepted": 2, "rejected": 1}
    cut = next(journals.glob(f"{shard}.e*"))
    cut.write_bytes(b"".join(line for line in cut.read_bytes().splitlines(True) if b"\tmarked\t" in line))
    again = worker.publish(workplace.home, run, shard, given, lambda: False)
    assert (again["ending"], again["counts"]) == ("done", {})
    assert statuses(workplace, run, shard) == {"accepted": 2, "rejected": 1}


def without_room(sender: LetterSender, messages: list[Message], room: int) -> None:
    """Prepare while no file may grow beyond so many bytes, as on a disk that is full."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, most))
    try:
        with pytest.raises(GatewayUnavailable):
            sender.prepare(messages)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.parametrize("room", [0, 100, 4096])
def test_a_full_disk_hands_over_nothing_and_leaves_nothing_in_the_way(tmp_path: Path, room: int) -> None:
    sender = sender_of(tmp_path, TEMPLATE)
    sender.open()
    without_room(sender, people(2, "sv"), room)
    assert [path.name for path in sender.manifest.parent.iterdir() if path.suffix in (".pdf", ".csv")] == []
    assert not any(path.name.endswith(".pdf.draft") for path in sender.manifest.parent.iterdir())
    sender.prepare(people(2, "sv"))
    assert [outcome.status for outcome in sender.send(people(2, "sv"))] == ["accepted"] * 2
    assert len(list(csv.DictReader(sender.manifest.open(encoding="utf-8")))) == 2


def test_a_manifest_that_cannot_be_put_in_place_hands_over_nothing(tmp_path: Path) -> None:
    sender = sender_of(tmp_path, TEMPLATE)
    sender.open()
    sender.prepare(people(2, "sv"))
    for draft in sender.manifest.parent.glob(".*.csv.draft"):
        draft.unlink()
    assert [outcome.status for outcome in sender.send(people(2, "sv"))] == ["deferred"] * 2
    assert not sender.manifest.exists()


@pytest.mark.slow
def test_a_worker_killed_half_way_hands_over_each_letter_once_or_not_yet(workplace: Workplace) -> None:
    run = make_run(workplace, 0, letters=8)
    shards.write_shards(workplace, run, WAVE)
    shard, folder = f"{WAVE}-letter-0001", workplace.home / "sink" / "letter"
    coordinator = start_coordinator(workplace, run, [shard])
    wait_until(lambda: any(folder.glob("*.pdf")) or coordinator.poll() is not None)
    kill(coordinator.pid)
    coordinator.communicate()
    for manifest in folder.glob("*.csv"):
        named = [row["file"] for row in csv.DictReader(manifest.open(encoding="utf-8"))]
        assert len(named) == 4
        assert all((folder / name).exists() for name in named)
    assert publishing.publish_shard(workplace, run, shard).outcome == "done"
    (manifest,) = folder.glob("*.csv")
    assert len({row["message_id"] for row in csv.DictReader(manifest.open(encoding="utf-8"))}) == 4
    assert statuses(workplace, run, shard) == {"accepted": 4}
