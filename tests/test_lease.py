"""A shard that several machines could send, with one of them at a time allowed to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_run import WAVE, make_run, received, sending_to, statuses

from campaigns.errors import StoreBusy
from tasks import journal, publishing, shards, unknowns, worker
from tasks.gateways.smtp import running_gateway
from tasks.lease import Lease, Terms
from tasks.shard_messages import read_shard
from tasks.workplace import Workplace

AT_ONCE = Terms(takeover=-1.0)
EMAIL = f"{WAVE}-email-0001"


def aged(folder: Path, seconds: float) -> None:
    """Make it look as if nothing had been renewed for so long."""
    for path in folder.glob("*.lease-*"):
        moment = path.stat().st_mtime - seconds
        os.utime(path, (moment, moment))


def test_another_machine_waits_for_the_lease_and_the_longest_sending(tmp_path: Path) -> None:
    mine, theirs = Lease(tmp_path, "s", machine="one"), Lease(tmp_path, "s", machine="two")
    assert mine.take()
    aged(tmp_path, Terms().takeover - 30)
    assert not theirs.take()
    assert mine.holds()
    aged(tmp_path, 60)
    assert theirs.take()
    assert (mine.holds(), theirs.holds()) == (False, True)


def test_a_lease_that_was_given_back_or_is_of_this_machine_is_taken_at_once(tmp_path: Path) -> None:
    for machine in ("one", "one", "one"):
        lease = Lease(tmp_path, "s", machine=machine)
        assert lease.take()
    lease.give_back()
    assert not lease.holds()
    assert Lease(tmp_path, "s", machine="three").take()
    assert len(list(tmp_path.glob("s.lease-*"))) == 1


def test_who_could_not_renew_stops_before_anybody_may_take_over(tmp_path: Path) -> None:
    lease = Lease(tmp_path, "s", Terms(stop=-1.0))
    assert lease.take()
    assert not lease.holds()


def test_renewing_goes_on_while_the_holder_is_busy(tmp_path: Path) -> None:
    lease = Lease(tmp_path, "s", Terms(renew=0.01))
    assert lease.take()
    aged(tmp_path, 3600)
    (path,) = tmp_path.glob("s.lease-*")
    old = path.stat().st_mtime
    while path.stat().st_mtime < old + 1800:
        pass
    lease.give_back()


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["take", "give"])), max_size=20))
@settings(max_examples=30, deadline=None)
def test_two_machines_never_hold_a_shard_at_once(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[int, str]]
) -> None:
    folder = tmp_path_factory.mktemp("lease")
    leases = [Lease(folder, "s", AT_ONCE, machine=f"machine {number}") for number in range(3)]
    for number, move in moves:
        leases[number].give_back()
        if move == "take":
            leases[number] = Lease(folder, "s", AT_ONCE, machine=f"machine {number}")
            assert leases[number].take()
        assert sum(lease.holds() for lease in leases) <= 1


def test_many_processes_that_take_over_at_the_same_moment_leave_one_holder(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tasks.lease import Lease, Terms\n"
        "sys.stdin.readline()\n"
        "lease = Lease(Path(sys.argv[1]), 's', machine=sys.argv[2])\n"
        "print(lease.take(), flush=True); sys.stdin.readline()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    several = [
        subprocess.Popen([*command, f"machine {number}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for number in range(4)
    ]
    for process in several:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert sorted(process.communicate()[0] for process in several) == ["False\n"] * 3 + ["True\n"]


def test_nothing_is_sent_while_another_machine_holds_the_shard_and_nothing_in_doubt_decided(
    workplace: Workplace, tmp_path: Path
) -> None:
    run = make_run(workplace, 20)
    shards.write_shards(workplace, run, WAVE)
    folder = workplace.run_folder(run, "journals")
    folder.mkdir()
    doubtful = read_shard(workplace.run_folder(run, "shards"), EMAIL)[1][0].message_id
    left = journal.Journal(journal.next_segment(folder, EMAIL))
    left.append([journal.now("marked", doubtful, 1), journal.now("unknown", doubtful, 1)])
    left.close()
    with running_gateway(tmp_path / "sink") as url, Lease(folder, EMAIL, machine="another") as theirs:
        place = sending_to(workplace, url)
        assert theirs.take()
        assert publishing.publish_shard(place, run, EMAIL).outcome == "locked"
        with pytest.raises(StoreBusy):
            unknowns.decide_unknown(place, run, doubtful, "accepted", "account:test")
        assert received(tmp_path / "sink") == {}
        theirs.give_back()
        unknowns.decide_unknown(place, run, doubtful, "accepted", "account:test")
        assert publishing.publish_shard(place, run, EMAIL).counts == {"accepted": 19}


def test_marks_of_who_has_lost_the_lease_are_void_and_their_messages_sent_by_the_next(
    workplace: Workplace, tmp_path: Path
) -> None:
    """The worker takes its lease, which counts as lost from the first moment: it marks, asks, and sends nothing."""
    run = make_run(workplace, 20)
    shards.write_shards(workplace, run, WAVE)
    with running_gateway(tmp_path / "sink") as url:
        place = sending_to(workplace, url)
        answer = worker.publish(
            place.home, run, EMAIL, {"smtp_url": url, "sender_address": "a@example.se", "public_url": "",
                                     "lease": {"stop": -1.0}}, lambda: False
        )  # fmt: skip
        assert (answer["ending"], set(received(tmp_path / "sink"))) == ("locked", set())
        assert statuses(workplace, run, EMAIL) == {"deferred": 16}
        assert publishing.publish_shard(place, run, EMAIL).counts == {"accepted": 20}
    assert set(received(tmp_path / "sink").values()) == {1}
