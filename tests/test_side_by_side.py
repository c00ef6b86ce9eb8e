"""Several text messages under way at once: everybody answered for once, never two to one number at a time."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.errors import InputError
from tasks.senders.protocol import Message, Outcome, Setting
from tasks.senders.side_by_side import SideBySide
from tasks.senders.sms import SmsSender

MEETING_SECONDS = 20.0
NUMBERS = [f"+4670174060{digit}" for digit in range(5)]


@dataclass
class Provider:
    """A provider that notes what is under way; ``answer`` gives the status for a number."""

    answer: Callable[[str], int]
    url: str = ""
    under_way: list[str] = field(default_factory=list)
    most: int = 0
    twice: bool = False
    changing: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, number: str) -> None:
        with self.changing:
            self.twice |= number in self.under_way
            self.under_way.append(number)
            self.most = max(self.most, len(self.under_way))

    def end(self, number: str) -> None:
        with self.changing:
            self.under_way.remove(number)


@contextmanager
def provider(answer: Callable[[str], int]) -> Iterator[Provider]:
    told = Provider(answer)
    numbers = count(1)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            told.begin(form["to"][0])
            status = told.answer(form["to"][0])
            told.end(form["to"][0])
            body = json.dumps({"id": f"s{next(numbers)}"}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}/sms"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()


def message(number: int, address: str) -> Message:
    return Message(f"{number:032}", "sms-sv", (), address, "sv", {})


def sender_to(url: str, folder: Path) -> SideBySide:
    return SideBySide(SmsSender(Setting("r", "s", folder, lambda _: b"Hej!", sms_url=url, text_sender="Stockholm")))


def settled(sender: SideBySide, messages: Sequence[Message]) -> list[tuple[Message, Outcome]]:
    sender.prepare(messages)
    sender.hand_over(messages)
    found: list[tuple[Message, Outcome]] = []
    while len(found) < len(messages):
        found += sender.collect(MEETING_SECONDS, 0.0)
    return found


def test_as_many_are_under_way_as_there_are_connections(tmp_path: Path) -> None:
    meeting = threading.Barrier(4, timeout=MEETING_SECONDS)
    everybody_meets = threading.Event()

    def answer(_: str) -> int:
        if everybody_meets.is_set():
            meeting.wait()
        return 200

    with provider(answer) as told:
        sender = sender_to(told.url + "#connections=4", tmp_path)
        first = settled(sender, [message(each, NUMBERS[each]) for each in range(3)])
        everybody_meets.set()
        then = settled(sender, [message(10 + each, NUMBERS[each]) for each in range(4)])
        sender.close()
    assert [outcome.status for _, outcome in first + then] == ["accepted"] * 7
    assert told.most == 4


def test_a_provider_that_fails_gets_one_message_at_a_time_again(tmp_path: Path) -> None:
    status = 200
    with provider(lambda _: status) as told:
        sender = sender_to(told.url, tmp_path)
        settled(sender, [message(each, NUMBERS[each]) for each in range(5)])
        status = 500
        settled(sender, [message(10, NUMBERS[0])])
        told.most = 0
        failed = settled(sender, [message(11 + each, NUMBERS[each]) for each in range(5)])
        sender.close()
    assert {outcome.status for _, outcome in failed} == {"unknown"}
    assert told.most == 1


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=16),
    st.dictionaries(st.sampled_from(NUMBERS), st.sampled_from([200, 400, 402, 500])),
    st.integers(1, 8),
)
def test_everybody_is_answered_for_once_and_no_number_is_told_twice_at_a_time(
    tmp_path_factory: pytest.TempPathFactory, addresses: list[str], answers: dict[str, int], connections: int
) -> None:
    messages = [message(number, address) for number, address in enumerate(addresses)]
    with provider(lambda number: answers.get(number, 200)) as told:
        sender = sender_to(f"{told.url}#connections={connections}", tmp_path_factory.mktemp("home"))
        found = settled(sender, messages)
        assert sender.room == 16
        sender.close()
    assert sorted(each.message_id for each, _ in found) == [each.message_id for each in messages]
    assert not told.twice
    assert told.most <= connections
    expected = {200: "accepted", 400: "rejected", 402: "deferred", 500: "unknown"}
    assert all(outcome.status == expected[answers.get(each.address, 200)] for each, outcome in found)


@pytest.mark.parametrize("written", ["many", "nan", "-1"])
def test_a_number_of_connections_that_is_none_is_refused(written: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`connections` is not a number"):
        sender_to(f"http://127.0.0.1:1/sms#connections={written}", tmp_path)
