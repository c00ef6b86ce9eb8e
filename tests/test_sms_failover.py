"""Two SMS providers, and asking one what it took: nobody is told twice, and a definite no costs nobody the message."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from http_scene import running
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from sms_scene import SHARD, make_sms_run, message_ids
from test_sms import message
from werkzeug import Request, Response

from tasks import journal, worker
from tasks.gateways.sms import Server, accepted
from tasks.senders import Message, Outcome, Setting
from tasks.senders.sms import SmsSender
from tasks.workplace import Workplace

AWAY = "http://127.0.0.1:1/sms"


class Provider:
    """A provider that does with each request what its list says, and takes what it has no line for."""

    def __init__(self, server: HTTPServer, path: str, *fates: str) -> None:
        self.url, self.taken, self.asked, self._fates = server.url_for(path), [], 0, list(fates)
        server.expect_request(path).respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        self.asked += 1
        fate = self._fates.pop(0) if self._fates else "taken"
        if fate in ("taken", "lost"):
            self.taken.append(request.headers["Idempotency-Key"])
        if fate == "429":
            return Response("", 429, {"Retry-After": "3600"})
        return Response(
            json.dumps({"id": "x"}) if fate == "taken" else "", 200 if fate in ("taken", "lost") else int(fate)
        )


def sender_of(folder: Path, *urls: str) -> SmsSender:
    setting = Setting("r", "s", folder, lambda each: f"Hej {each.message_id}!".encode(), sms_url=",".join(urls),
                      text_sender="Stockholm")  # fmt: skip
    return SmsSender(setting)


def sent(sender: SmsSender, *messages: Message) -> list[Outcome]:
    sender.prepare(messages)
    return [sender.send(each) for each in messages]


def test_the_second_provider_takes_what_the_first_cannot(httpserver: HTTPServer, tmp_path: Path) -> None:
    second = Provider(httpserver, "/second")
    sender = sender_of(tmp_path, AWAY, second.url)
    sender.open()
    assert [each.status for each in sent(sender, *map(message, range(3)))] == ["accepted"] * 3
    assert len(set(second.taken)) == 3


@pytest.mark.parametrize("no", ["401", "404", "307", "429"])
def test_a_definite_no_about_the_gateway_moves_on_and_the_working_one_is_kept(
    httpserver: HTTPServer, tmp_path: Path, no: str
) -> None:
    first, second = Provider(httpserver, "/first", no), Provider(httpserver, "/second")
    outcomes = sent(sender_of(tmp_path, first.url, second.url), *map(message, range(4)))
    assert [each.status for each in outcomes] == ["accepted"] * 4
    assert (first.asked, len(second.taken)) == (1, 4)


def test_the_first_is_tried_again_after_a_while(httpserver: HTTPServer, tmp_path: Path) -> None:
    first, second = Provider(httpserver, "/first", "403"), Provider(httpserver, "/second")
    sent(sender_of(tmp_path, f"{first.url}#back=0", second.url), *map(message, range(3)))
    assert (len(first.taken), len(second.taken)) == (2, 1)


def test_a_refused_number_is_refused_and_not_offered_to_the_second(httpserver: HTTPServer, tmp_path: Path) -> None:
    first, second = Provider(httpserver, "/first", "400"), Provider(httpserver, "/second")
    assert sent(sender_of(tmp_path, first.url, second.url), message()) == [Outcome("rejected", "400")]
    assert second.asked == 0


def test_while_both_want_to_be_left_alone_nothing_is_sent(httpserver: HTTPServer, tmp_path: Path) -> None:
    first, second = Provider(httpserver, "/first", "429"), Provider(httpserver, "/second", "429")
    outcomes = sent(sender_of(tmp_path, first.url, second.url), message(1), message(2))
    assert [(each.status, each.retry_after > 3000) for each in outcomes] == [("deferred", True)] * 2
    assert (first.asked, second.asked) == (1, 1)


def test_after_three_in_doubt_the_next_goes_to_the_other(httpserver: HTTPServer, tmp_path: Path) -> None:
    first, second = Provider(httpserver, "/first", "500", "500", "lost"), Provider(httpserver, "/second")
    outcomes = sent(sender_of(tmp_path, first.url, second.url), *map(message, range(5)))
    assert [each.status for each in outcomes] == ["unknown"] * 3 + ["accepted"] * 2
    assert (first.asked, second.asked) == (3, 2)


FATES = st.sampled_from(["taken", "lost", "500", "401", "403", "429", "400"])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FATES, max_size=12), st.lists(FATES, max_size=12), st.lists(st.integers(0, 3), max_size=12))
def test_nobody_is_ever_told_by_two_providers(
    httpserver: HTTPServer, tmp_path: Path, one: list[str], other: list[str], order: list[int]
) -> None:
    place = f"/{uuid4().hex}"
    first, second = Provider(httpserver, f"{place}/first", *one), Provider(httpserver, f"{place}/second", *other)
    sender = sender_of(tmp_path, f"{first.url}#back=0", second.url)
    settled: set[int] = set()
    for number in order:
        if number not in settled:
            (outcome,) = sent(sender, message(number))
            settled |= {number} if outcome.status in ("accepted", "rejected") else set()
    sender.close()
    assert not set(first.taken) & set(second.taken)


@contextmanager
def a_gateway(folder: Path, *rules: dict[str, Any]) -> Iterator[str]:
    (folder / "faults.json").write_text(json.dumps({"rules": list(rules)}))
    (folder / "sink").mkdir()
    with running(Server(0, folder / "sink", folder / "faults.json")) as url:
        yield f"{url}/sms"


FAULTS = [
    ({"fault": "status", "status": 429, "headers": {"Retry-After": "9"}}, "deferred", 0),
    ({"fault": "status", "status": 429}, "deferred", 0),
    ({"fault": "status", "status": 503}, "unknown", 0),
    ({"fault": "taken_status", "status": 500}, "unknown", 1),
    ({"fault": "silence_before"}, "unknown", 0),
    ({"fault": "silence_after"}, "unknown", 1),
    ({"fault": "hang_up_before"}, "unknown", 0),
    ({"fault": "hang_up_after"}, "unknown", 1),
    ({"fault": "half"}, "unknown", 1),
    ({"fault": "garbage"}, "unknown", 1),
    ({"fault": "huge"}, "unknown", 1),
    ({"fault": "slow", "seconds": 0.05}, "unknown", 1),
    ({"fault": "status", "status": 302, "headers": {"Location": AWAY}}, "deferred", 0),
]


@pytest.mark.parametrize(
    ("rule", "status", "stored"), FAULTS, ids=[f"{r['fault']}-{r.get('status')}" for r, *_ in FAULTS]
)
def test_what_each_fault_leaves_and_that_asking_settles_what_was_taken(
    tmp_path: Path, rule: dict[str, Any], status: str, stored: int
) -> None:
    with a_gateway(tmp_path, {**rule, "method": "POST", "times": 2}) as url:
        for options, expected in (("", status), ("&lookup=1", "accepted" if stored else status)):
            (outcome,) = sent(sender_of(tmp_path, f"{url}#timeout=0.5{options}"), message(len(options)))
            assert outcome.status == expected, (options, outcome)
        assert len(accepted(tmp_path / "sink")) == 2 * stored


@pytest.mark.parametrize(
    "rule", [rule for rule, *_ in FAULTS], ids=[f"{r['fault']}-{r.get('status')}" for r, *_ in FAULTS]
)
def test_a_list_that_cannot_be_read_settles_nothing(tmp_path: Path, rule: dict[str, Any]) -> None:
    if rule["fault"] == "taken_status":
        rule = {**rule, "fault": "status"}
    with a_gateway(tmp_path, {"fault": "hang_up_after", "method": "POST"}, {**rule, "method": "GET"}) as url:
        (outcome,) = sent(sender_of(tmp_path, f"{url}#timeout=0.5&lookup=1"), message())
    assert outcome.status == "unknown"


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([{}], "accepted"),
        ([], "unknown"),
        ([{}, {"id": "s2"}], "unknown"),  # two alike: nobody can say which of them is ours
        ([{"message": "Hej en annan!"}], "unknown"),
        ([{"to": "+46701740606"}], "unknown"),
        ([{"from": "Annan"}], "unknown"),
        ([{"created": "2020-01-01T00:00:00.000000"}], "unknown"),
        ([{"created": "nyss"}], "unknown"),
        ([{"id": 7}], "unknown"),
        ([{"id": "s1\n"}], "unknown"),
        (["s1", None, 7, []], "unknown"),
        ([{"idempotency_key": "another"}], "unknown"),
        ([{"idempotency_key": "0" * 32, "message": ""}, {"id": "s2"}], "accepted"),
    ],
)
def test_only_an_entry_that_must_be_ours_settles_a_message(
    httpserver: HTTPServer, tmp_path: Path, entries: list[Any], expected: str
) -> None:
    ours = {"id": "s1", "from": "Stockholm", "to": "+46701740605", "message": f"Hej {'0' * 32}!",
            "created": "2099-01-01T00:00:00.000000"}  # fmt: skip
    listed = [{**ours, **each} if isinstance(each, dict) else each for each in entries]
    httpserver.expect_request("/sms", method="POST").respond_with_data("", 500)
    httpserver.expect_request("/sms", method="GET").respond_with_json({"data": listed})
    (outcome,) = sent(sender_of(tmp_path, f"{httpserver.url_for('/sms')}#lookup=1"), message())
    assert outcome.status == expected


def test_a_message_in_doubt_stays_so_whatever_no_follows(httpserver: HTTPServer, tmp_path: Path) -> None:
    first, second = Provider(httpserver, "/first", "lost", "400", "401", "taken"), Provider(httpserver, "/second")
    sender = sender_of(tmp_path, first.url, second.url)
    outcomes = [sent(sender, message())[0].status for _ in range(4)]
    assert (outcomes, second.asked) == (["unknown"] * 3 + ["accepted"], 0)


def test_an_entry_of_another_message_is_not_taken_for_ours(httpserver: HTTPServer, tmp_path: Path) -> None:
    """Two persons share a telephone and get the same words; the provider took only the first."""
    entry = {"id": "s1", "from": "Stockholm", "to": "+46701740605", "message": "Hej!",
             "created": "2099-01-01T00:00:00.000000"}  # fmt: skip
    answers = iter([Response(json.dumps({"id": "s1"})), Response("", 500)])
    httpserver.expect_request("/sms", method="POST").respond_with_handler(lambda _: next(answers))
    httpserver.expect_request("/sms", method="GET").respond_with_json({"data": [entry]})
    setting = Setting("r", "s", tmp_path, lambda _: b"Hej!", sms_url=f"{httpserver.url_for('/sms')}#lookup=1",
                      text_sender="Stockholm")  # fmt: skip
    assert [each.status for each in sent(SmsSender(setting), message(1), message(2))] == ["accepted", "unknown"]


def test_what_a_killed_worker_left_is_asked_about_before_anything_is_sent(workplace: Workplace, tmp_path: Path) -> None:
    run = make_sms_run(workplace, 4)
    ids = sorted(message_ids(workplace, run))
    journals = workplace.run_folder(run, "journals")
    given = {"patience": 0.1}
    with a_gateway(tmp_path, {"fault": "hang_up_after", "skip": 0, "times": 2, "method": "POST"}) as url:
        worker.publish(workplace.home, run, SHARD, {**given, "sms_url": url}, lambda: False)
        lost = journal.Journal(journal.next_segment(journals, SHARD))
        lost.append([journal.now("marked", each, 2) for each in ids[:2]])
        lost.close()
        answer = worker.publish(workplace.home, run, SHARD, {**given, "sms_url": f"{url}#lookup=1"}, lambda: False)
    assert (answer["ending"], answer["counts"]) == ("done", {})
    assert {each.status for each in journal.standings(journals, SHARD).values()} == {"accepted"}
    assert sorted(each["idempotency_key"] for each in accepted(tmp_path / "sink")) == ids
