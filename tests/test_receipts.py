"""Receipts: what a gateway tells later finds its message, settles doubt, and says the same in any order."""

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import requests
from http_scene import running
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from small_run import faults, statuses, wait_until
from sms_scene import SHARD, make_sms_run, message_ids

from campaigns.errors import InputError
from tasks import journal, publishing, rebuild, receipts, store
from tasks.gateways.sms import running_gateway
from tasks.receipt_server import ReceiptServer
from tasks.senders import Setting
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

KEY = b"a key for tests only"
PEOPLE = 4


@contextmanager
def receiving(workplace: Workplace, seconds: float = 10.0) -> Iterator[str]:
    """The receiver on a free port; yields its address."""
    with running(ReceiptServer(workplace.home, workplace.key, 0, seconds=seconds)) as url:
        yield f"{url}/receipts"


def address_of(url: str, workplace: Workplace, run: str, message_id: str) -> str:
    secret = receipts.receipts_key(workplace.key)
    return receipts.receipt_address(
        Setting(run, SHARD, workplace.home, lambda _: b"", receipts_url=url, receipts_key=secret), message_id
    )


def told(workplace: Workplace, run: str) -> dict[str, str]:
    """Each message's status once what the journals and receipts say is merged."""
    publishing.merge_journals(workplace, run)
    with store.writing(workplace) as connection:
        rows = connection.execute("SELECT message_id, status FROM delivery WHERE run = ?", [run]).fetchall()
    return dict(rows)


@pytest.fixture(scope="module")
def in_doubt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workplace, str]:
    """A run of which every message is in doubt: the gateway took it and never answered."""
    folder = tmp_path_factory.mktemp("receipts")
    workplace = Workplace(home=folder / "home", key=KEY)
    run = make_sms_run(workplace, PEOPLE)
    journals = workplace.run_folder(run, "journals")
    journals.mkdir()
    written = journal.Journal(journal.next_segment(journals, SHARD))
    for message_id in sorted(message_ids(workplace, run)):
        written.append([journal.now("marked", message_id, 1), journal.now("unknown", message_id, 1, "timeout")])
    written.close()
    publishing.merge_journals(workplace, run)
    shutil.copytree(workplace.home, folder / "kept")
    return workplace, run


@pytest.fixture
def doubtful(in_doubt: tuple[Workplace, str]) -> tuple[Workplace, str, list[str]]:
    workplace, run = in_doubt
    shutil.rmtree(workplace.home)
    shutil.copytree(workplace.home.parent / "kept", workplace.home)
    return workplace, run, sorted(message_ids(workplace, run))


def test_a_message_whose_answer_was_lost_is_settled_by_its_receipt_and_stays_so_after_a_rebuild(
    workplace: Workplace, tmp_path: Path
) -> None:
    run, lost = make_sms_run(workplace, 6), faults(tmp_path, rules=[{"fault": "hang_up_after", "times": 2}])
    with receiving(workplace) as url, running_gateway(tmp_path / "sink", lost) as gateway:
        place = replace(workplace, sms_url=gateway, receipts_url=url)
        assert publishing.publish_shard(place, run, SHARD).counts == {"unknown": 2, "accepted": 4}
        wait_until(lambda: set(told(workplace, run).values()) == {"delivered"})
    assert publishing.unknown(workplace, run) == []
    accounts = publishing.merge_journals(workplace, run)
    assert (accounts["planned"], accounts["accepted"], accounts["unknown"]) == (6, 6, 0)
    workplace.database.unlink()
    rebuild.rebuild(workplace)
    assert set(told(workplace, run).values()) == {"delivered"}
    assert statuses(workplace, run, SHARD) == {"accepted": 6}


def test_a_failed_message_counts_as_taken_and_not_as_reached(workplace: Workplace, tmp_path: Path) -> None:
    run, failing = make_sms_run(workplace, 2), faults(tmp_path, receipts={"status": "failed", "repeat": 3})
    with receiving(workplace) as url, running_gateway(tmp_path / "sink", failing) as gateway:
        publishing.publish_shard(replace(workplace, sms_url=gateway, receipts_url=url), run, SHARD)
        wait_until(lambda: set(told(workplace, run).values()) == {"hard_bounce"})
    with store.writing(workplace) as connection:
        assert publishing.messages_accounted(connection, run)["accepted"] == 2
        assert publishing.persons_reached(connection, run) == 0
        kept = connection.execute("SELECT count(*) FROM delivery_event WHERE status = 'hard_bounce'").fetchone()
    assert kept == (2,)


@settings(max_examples=7, deadline=None, phases=[Phase.explicit, Phase.generate],
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(data=st.data())
def test_receipts_say_the_same_in_any_order_and_however_often(
    doubtful: tuple[Workplace, str, list[str]], data: st.DataObject
) -> None:
    workplace, run, ids = doubtful
    calls = data.draw(
        st.lists(st.tuples(st.sampled_from(ids), st.sampled_from(["sent", "delivered", "failed"])), max_size=8)
    )
    orders = [data.draw(st.permutations(calls * 10)) for _ in range(2)]
    found, records = [], []
    for order in orders:
        with TemporaryDirectory() as folder:
            place = replace(workplace, home=Path(shutil.copytree(workplace.home, Path(folder) / "home")))
            with receiving(place) as url:
                for message_id, status in order:
                    form = {"id": "s1", "status": status}
                    answer = requests.post(address_of(url, place, run, message_id), form, timeout=10)
                    assert answer.status_code == 204
            found.append(told(place, run))
            records.append(sum(map(len, journal.receipts_in(place.run_folder(run, "journals")).values())))
    expected = {
        message_id: "hard_bounce" if (message_id, "failed") in calls
        else "delivered" if (message_id, "delivered") in calls else "unknown"
        for message_id in ids
    }  # fmt: skip
    assert found == [expected, expected]
    assert records == [len({call for call in calls if call[1] != "sent"})] * 2


def test_nobody_without_the_token_gives_a_receipt(doubtful: tuple[Workplace, str, list[str]]) -> None:
    workplace, run, ids = doubtful
    form = {"id": "s1", "status": "delivered"}
    with receiving(workplace) as url:
        sound = address_of(url, workplace, run, ids[0])
        head, _, given_token = sound.rpartition("/")
        wrong = [
            f"{head}/{'0' * 32}", f"{head}/", head, url, f"{head}/{given_token[:-1]}", f"{head}/%C3%A5",
            sound.replace(ids[0], ids[1]), sound.replace(run, f"{run}x"), sound.replace(run, "..%2F.."),
            address_of(url, replace(workplace, key=b"another"), run, ids[0]),
        ]  # fmt: skip
        assert [requests.post(each, form, timeout=10).status_code for each in wrong] == [404] * len(wrong)
        assert requests.get(sound, timeout=10).status_code == 501
    assert journal.receipts_in(workplace.run_folder(run, "journals")) == {}


def test_a_token_for_a_run_that_was_never_published_writes_nothing(workplace: Workplace) -> None:
    with receiving(workplace) as url:
        address = address_of(url, workplace, "never-1", "0" * 32)
        assert requests.post(address, {"status": "delivered"}, timeout=10).status_code == 404
    assert not workplace.run_folder("never-1").exists()
    with pytest.raises(InputError):
        receipts.ReceiptBook(workplace.home).keep("never-1", journal.now("delivered", "0" * 32, 0))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"status=delivered&id=" + b"x" * 5000, 413),
        (b"status=arrived", 400),
        (b"", 400),
        (b"status=%ff\xff", 400),
        (b"&".join(b"a=%d" % number for number in range(100)), 400),
        (b"status=sent", 204),
        (b"status=delivered&delivered=9999-01-01T00:00:00&id=a%09b%0Adelivered%09x", 204),
    ],
)
def test_a_call_is_bounded_and_cannot_write_another_line(
    doubtful: tuple[Workplace, str, list[str]], body: bytes, expected: int
) -> None:
    workplace, run, ids = doubtful
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    with receiving(workplace) as url:
        answer = requests.post(address_of(url, workplace, run, ids[0]), body, headers=headers, timeout=10)
    assert answer.status_code == expected
    kept = journal.receipts_in(workplace.run_folder(run, "journals"))
    assert kept == ({ids[0]: {"delivered"}} if body.startswith(b"status=delivered&delivered") else {})


def test_a_caller_that_drips_is_cut_off_and_keeps_nobody_waiting(doubtful: tuple[Workplace, str, list[str]]) -> None:
    workplace, run, ids = doubtful
    with receiving(workplace, seconds=0.3) as url:
        port = int(url.split(":")[2].split("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
            slow.sendall(b"POST /x")
            form = {"status": "delivered"}
            assert requests.post(address_of(url, workplace, run, ids[0]), form, timeout=10).status_code == 204
            assert slow.recv(1) == b""


def test_a_message_with_a_receipt_is_not_sent_again(doubtful: tuple[Workplace, str, list[str]], tmp_path: Path) -> None:
    workplace, run, ids = doubtful
    terms = workplace.run_folder(run, "control") / "terms.json"
    terms.write_text(terms.read_text().replace('"on_unknown": "hold"', '"on_unknown": "resend"'))
    with receiving(workplace) as url:
        for message_id in ids[:2]:
            requests.post(address_of(url, workplace, run, message_id), {"status": "delivered"}, timeout=10)
    with running_gateway(tmp_path / "sink") as gateway:
        result = publishing.publish_shard(replace(workplace, sms_url=gateway), run, SHARD)
    assert result.counts == {"accepted": 2}
    assert sorted(path.stem for path in (tmp_path / "sink").glob("*.json")) == ids[2:]
