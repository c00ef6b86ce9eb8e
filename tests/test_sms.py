"""Text messages through the worker and a real HTTP gateway: taken, refused, slowed down, in doubt, killed."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pytest_httpserver import HTTPServer
from small_run import kill, start_coordinator, statuses, wait_until, workers_of
from sms_scene import SHARD, make_sms_run, message_ids, received_ids, zone_where_it_is
from werkzeug import Request, Response

from campaigns.errors import GatewayUnavailable, InputError
from tasks import publishing, store
from tasks.gateways.sms import accepted, running_gateway
from tasks.senders import Message, Outcome, Setting
from tasks.senders.sms import SmsSender
from tasks.workplace import Workplace

ID = "0" * 32


def sms_to(workplace: Workplace, url: str) -> Workplace:
    return replace(workplace, sms_url=url)


def message(number: int = 0, address: str = "+46701740605") -> Message:
    return Message(f"{number:032}", "sms-sv", (), address, "sv", {})


def sender_to(url: str, tmp_path: Path, text: bytes = b"Hej!") -> SmsSender:
    return SmsSender(Setting("r", "s", tmp_path, lambda _: text, sms_url=url, text_sender="Stockholm"))


def sent(url: str, tmp_path: Path, *messages: Message) -> list[Outcome]:
    sender = sender_to(url, tmp_path)
    wanted = messages or (message(),)
    sender.open()
    outcomes = []
    for each in wanted:
        sender.prepare([each])
        outcomes.append(sender.send(each))
    sender.close()
    return outcomes


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """A server of one connection that reads a request, says these bytes and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer_once() -> None:
            for _ in range(2):  # the sender first sees whether anybody is there
                connection, _ = listener.accept()
                with connection:
                    if connection.recv(65536):
                        connection.sendall(answer)

        thread = threading.Thread(target=answer_once, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/sms#timeout=5"
        thread.join(10)


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate that nobody has signed."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    day = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, day, day.replace(year=2099))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


def test_each_message_arrives_as_it_was_filled_and_is_never_sent_again(workplace: Workplace, tmp_path: Path) -> None:
    run, sink = make_sms_run(workplace, 30), tmp_path / "sink"
    with running_gateway(sink) as url:
        first, second = (publishing.publish_shard(sms_to(workplace, url), run, SHARD) for _ in range(2))
    assert (first.outcome, first.counts, second.counts) == ("done", {"accepted": 30}, {})
    assert set(received_ids(sink)) == message_ids(workplace, run)
    (seventh,) = (each for each in accepted(sink) if each["to"] == "+46701740612")
    assert seventh["message"] == f"Hej Test7!\n\nStockholms stad\n{'Provplats ' * 7}Provplats"
    assert seventh["from"] == "Stockholm"


def test_the_parts_and_cost_of_each_message_are_those_that_the_gateway_counts(
    workplace: Workplace, tmp_path: Path
) -> None:
    run, sink = make_sms_run(workplace, 40), tmp_path / "sink"
    with running_gateway(sink) as url:
        publishing.publish_shard(sms_to(workplace, url), run, SHARD)
    with store.writing(workplace) as connection:
        query = "SELECT message_id, parts, round(cost_sek / 0.35)::INTEGER FROM delivery WHERE run = ?"
        planned = {name: (parts, paid) for name, parts, paid in connection.execute(query, [run]).fetchall()}
    counted = {each["id"].removeprefix("s"): (each["parts"], each["parts"]) for each in accepted(sink)}
    assert planned == counted
    assert {parts for parts, _ in counted.values()} == {1, 2, 3}


def test_the_sender_of_the_brief_stands_on_the_message(workplace: Workplace, tmp_path: Path) -> None:
    sender = {"body": "Stockholm Vatten och Avfall", "kind": "company", "unit": "avfall", "text_sender": "SVOA"}
    run, sink = make_sms_run(workplace, 1, sender=sender), tmp_path / "sink"
    with running_gateway(sink) as url:
        publishing.publish_shard(sms_to(workplace, url), run, SHARD)
    assert [each["from"] for each in accepted(sink)] == ["SVOA"]


def test_the_same_message_twice_is_stored_once(tmp_path: Path) -> None:
    with running_gateway(tmp_path / "sink") as url:
        first, second = sent(url, tmp_path, message(), message())
    assert first == second == Outcome("accepted", "200", f"s{ID}")
    assert received_ids(tmp_path / "sink") == [ID]


def test_the_gateway_answers_the_second_time_with_what_it_took_the_first(tmp_path: Path) -> None:
    with running_gateway(tmp_path / "sink") as url:
        for text in ("ett", "två"):
            form = {"from": "Stockholm", "to": "+46701740605", "message": text}
            answer = requests.post(url, form, headers={"Idempotency-Key": "k"}, timeout=10).json()
    assert (answer["message"], len(accepted(tmp_path / "sink"))) == ("ett", 1)


@pytest.mark.parametrize(
    "form",
    [
        {"from": "Stockholms stad", "to": "+46701740605", "message": "x"},
        {"from": "Stockholm", "to": "0701740605", "message": "x"},
        {"from": "Stockholm", "to": "+46701740605"},
    ],
)
def test_the_gateway_refuses_what_no_gateway_takes(tmp_path: Path, form: dict[str, str]) -> None:
    with running_gateway(tmp_path / "sink") as url:
        assert requests.post(url, urlencode(form), timeout=10).status_code == 400
    assert accepted(tmp_path / "sink") == []


def test_a_refused_message_is_refused_for_good(workplace: Workplace, tmp_path: Path) -> None:
    sender = {"body": "Stockholm Vatten och Avfall", "kind": "company", "unit": "avfall", "text_sender": "Stockholms s"}
    run, sink = make_sms_run(workplace, 3, sender=sender), tmp_path / "sink"
    with running_gateway(sink) as url:
        first, second = (publishing.publish_shard(sms_to(workplace, url), run, SHARD) for _ in range(2))
    assert (first.counts, second.counts, accepted(sink)) == ({"rejected": 3}, {}, [])


@pytest.mark.parametrize("address", ["", "0701740605", "+46", "+46701740605\r\nx", "+46 70 174 06 05"])
def test_a_number_that_is_none_is_refused_before_anything_is_sent(tmp_path: Path, address: str) -> None:
    with running_gateway(tmp_path / "sink") as url:
        assert sent(url, tmp_path, message(address=address)) == [Outcome("rejected", "address_unusable")]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, Outcome("rejected", "400")),
        (422, Outcome("rejected", "422")),
        (307, Outcome("deferred", "307", "", True)),
        (401, Outcome("deferred", "401", "", True)),
        (403, Outcome("deferred", "403", "", True)),
        (404, Outcome("deferred", "404", "", True)),
        (303, Outcome("unknown", "303", "", True)),
        (500, Outcome("unknown", "500", "", True)),
        (502, Outcome("unknown", "502", "", True)),
        (503, Outcome("unknown", "503", "", True)),
        (504, Outcome("unknown", "504", "", True)),
    ],
)
def test_what_an_answer_means(httpserver: HTTPServer, tmp_path: Path, status: int, expected: Outcome) -> None:
    location = {"Location": httpserver.url_for("/elsewhere")}
    httpserver.expect_request("/sms").respond_with_data("{}", status, headers=location)
    assert sent(httpserver.url_for("/sms"), tmp_path) == [expected]
    assert [request.path for request, _ in httpserver.log] == ["/sms"]  # once, and no redirect followed


@pytest.mark.parametrize(
    "body", ["", "no json", "[]", "{}", '{"id": 7}', '{"id": "a\\tb"}', " " * 70_000 + '{"id": "x"}']
)
def test_a_yes_that_names_no_message_leaves_doubt(httpserver: HTTPServer, tmp_path: Path, body: str) -> None:
    httpserver.expect_request("/sms").respond_with_data(body)
    assert sent(httpserver.url_for("/sms"), tmp_path) == [Outcome("unknown", "reply_unreadable", "", True)]


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
def test_a_connection_lost_after_the_request_leaves_doubt(tmp_path: Path, answer: bytes) -> None:
    with answering(answer) as url:
        (outcome,) = sent(url, tmp_path)
    assert (outcome.status, outcome.gateway_fault) == ("unknown", True)


def test_no_answer_in_time_leaves_doubt_and_no_second_request(workplace: Workplace, httpserver: HTTPServer) -> None:
    run, wait = make_sms_run(workplace, 2), threading.Event()

    def late(request: Request) -> Response:
        wait.wait(5)
        return Response(json.dumps({"id": "late"}))

    httpserver.expect_request("/sms").respond_with_handler(late)
    place = sms_to(workplace, httpserver.url_for("/sms") + "#timeout=0.2")
    first, second = (publishing.publish_shard(place, run, SHARD) for _ in range(2))
    wait.set()
    assert (first.counts, second.counts) == ({"unknown": 2}, {})
    assert publishing.unknown(workplace, run) == sorted(message_ids(workplace, run))


def test_a_gateway_that_asks_for_time_gets_it_and_then_every_message_once(
    workplace: Workplace, httpserver: HTTPServer
) -> None:
    run, taken, turn = make_sms_run(workplace, 40), [], iter(range(10_000))

    def sometimes(request: Request) -> Response:
        if next(turn) % 12 == 3:
            return Response("", 429, {"Retry-After": "0.3"})
        taken.append(request.headers["Idempotency-Key"])
        return Response(json.dumps({"id": "x"}))

    httpserver.expect_request("/sms").respond_with_handler(sometimes)
    result = publishing.publish_shard(sms_to(workplace, httpserver.url_for("/sms")), run, SHARD)
    assert (result.outcome, result.counts["accepted"], result.counts["deferred"] > 3) == ("done", 40, True)
    assert sorted(taken) == sorted(message_ids(workplace, run))


def test_a_gateway_that_asks_for_more_than_our_patience_leaves_all_pending(
    workplace: Workplace, httpserver: HTTPServer
) -> None:
    run = make_sms_run(workplace, 20)
    httpserver.expect_request("/sms").respond_with_data("", 429, {"Retry-After": "3600"})
    result = publishing.publish_shard(sms_to(workplace, httpserver.url_for("/sms")), run, SHARD, patience=2)
    assert (result.outcome, len(httpserver.log)) == ("deferred", 1)
    assert publishing.merge_journals(workplace, run)["pending"] == 20


def test_a_gateway_that_does_not_answer_leaves_everything_queued(workplace: Workplace) -> None:
    run = make_sms_run(workplace, 5)
    result = publishing.publish_shard(sms_to(workplace, "http://127.0.0.1:1/sms"), run, SHARD)
    assert (result.outcome, result.counts) == ("gateway_unavailable", {})


def test_a_certificate_that_nobody_vouches_for_means_not_sent(tmp_path: Path) -> None:
    with HTTPServer(ssl_context=self_signed(tmp_path)) as server:
        server.expect_request("/sms").respond_with_json({"id": "x"})
        (outcome,) = sent(f"https://localhost:{server.port}/sms", tmp_path)
    assert (outcome, server.log) == (Outcome("deferred", "no_connection", "", True), [])


def test_quiet_hours_hold_the_messages_back(workplace: Workplace, tmp_path: Path) -> None:
    run = make_sms_run(workplace, 3, schedule={"time_zone": zone_where_it_is(23)})
    with running_gateway(tmp_path / "sink") as url:
        result = publishing.publish_shard(sms_to(workplace, url), run, SHARD)
    assert (result.outcome, accepted(tmp_path / "sink")) == ("outside_hours", [])


@pytest.mark.slow
def test_a_killed_worker_leaves_at_most_its_window_in_doubt_and_doubles_nobody(
    workplace: Workplace, tmp_path: Path
) -> None:
    run, sink = make_sms_run(workplace, 300), tmp_path / "sink"
    with running_gateway(sink) as url:
        place = sms_to(workplace, url)
        coordinator = start_coordinator(place, run, [SHARD])
        wait_until(lambda: len(accepted(sink)) > 30)
        kill(workers_of(coordinator.pid)[0])
        output, _ = coordinator.communicate(timeout=60)
    found = statuses(workplace, run, SHARD)
    assert output.strip() == "['done']"
    assert found["accepted"] + found["unknown"] == 300
    assert found["unknown"] == len(publishing.unknown(workplace, run)) <= 16
    assert len(received_ids(sink)) == len(set(received_ids(sink)))
    assert message_ids(workplace, run) - set(received_ids(sink)) <= set(publishing.unknown(workplace, run))


def test_the_password_of_the_url_is_given_to_the_gateway_alone(httpserver: HTTPServer, tmp_path: Path) -> None:
    httpserver.expect_request("/sms").respond_with_json({"id": "x"})
    url = httpserver.url_for("/sms").replace("//", "//city:se%40cret@")
    sent(url, tmp_path)
    ((request, _),) = httpserver.log
    assert request.authorization is not None
    assert (request.authorization.username, request.authorization.password) == ("city", "se@cret")
    assert "cret" not in request.url
    assert "cret" not in repr(Workplace(home=tmp_path, key=b"", sms_url=url))
    assert "cret" not in repr(Setting("r", "s", tmp_path, bytes, sms_url=url))
    with pytest.raises(GatewayUnavailable) as refusal:
        sent("http://city:secret@127.0.0.1:1/sms", tmp_path)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("url", ["", "ftp://127.0.0.1/sms", "http://gateway.example.se/sms", "https://"])
def test_a_url_that_is_none_or_not_encrypted_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError):
        sender_to(url, tmp_path)
