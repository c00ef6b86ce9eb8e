"""The one way to an HTTP gateway: to nobody but the machine named, and never longer or more than is bounded."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from test_sms import self_signed

from campaigns.errors import GatewayUnavailable
from tasks.senders.http_gateway import LONGEST_WAIT, SHORTEST_WAIT, HttpGateway, NoAnswer, seconds_to_wait
from tasks.senders.http_line import Line
from tasks.senders.http_place import read_place
from tasks.senders.requests_line import RequestsLine

PATIENCE = 5.0  # seconds that no exchange of half a second takes


Gateways = Callable[[str], HttpGateway]


@pytest.fixture(params=[Line, RequestsLine])
def gateway(request: pytest.FixtureRequest) -> Gateways:
    """What makes a gateway of a URL, over either line."""
    return lambda url: HttpGateway(read_place(url, "BUDKAVLE_SMS_URL"), line=request.param)


@contextmanager
def serving(talk: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A server that takes connections and does what it is told with each, until the end."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while not over.is_set():
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=(connection,), daemon=True).start()

        def one(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                talk(connection, over)

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}/sms#timeout=0.5"
        over.set()


def dripping(content: bytes, at_once: bytes = b"") -> Callable[[socket.socket, threading.Event], None]:
    def talk(connection: socket.socket, over: threading.Event) -> None:
        if connection.recv(65_536):
            connection.sendall(at_once)
            for byte in content:
                connection.sendall(bytes([byte]))
                if over.wait(0.05):
                    return

    return talk


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nX-Endless: " + b"x" * 1000,
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 100,
    ],
    ids=["a header", "headers", "promises"],
)
def test_an_answer_that_drips_in_ends_with_its_time(gateway: Gateways, answer: bytes) -> None:
    with serving(dripping(answer)) as address:
        begun = time.monotonic()
        with pytest.raises(NoAnswer) as lost:
            gateway(f"http://{address}").ask("POST", data={"a": "b"})
    assert (lost.value.sent, lost.value.code) == (True, "timeout")
    assert time.monotonic() - begun < PATIENCE


def test_a_body_that_drips_in_is_given_up_with_its_status(gateway: Gateways) -> None:
    with serving(dripping(b"x" * 1000, b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")) as address:
        begun = time.monotonic()
        answer = gateway(f"http://{address}").ask("POST", data={"a": "b"})
    assert (answer.status, answer.body) == (200, None)
    assert time.monotonic() - begun < PATIENCE


def test_a_handshake_that_never_ends_is_cut_off(gateway: Gateways) -> None:
    def talk(connection: socket.socket, over: threading.Event) -> None:
        while connection.recv(65_536):
            connection.sendall(b"\x16\x03\x03\x40\x00")  # a record is begun, and goes on byte by byte
            while not over.wait(0.05):
                connection.sendall(b"\x00")

    with serving(talk) as address:
        begun = time.monotonic()
        with pytest.raises(NoAnswer):
            gateway(f"https://{address}").ask("POST", data={"a": "b"})
    assert time.monotonic() - begun < PATIENCE


def test_no_more_than_64_kilobytes_are_read(gateway: Gateways, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/sms").respond_with_data(b"x" * 200_000)
    answer = gateway(httpserver.url_for("/sms")).ask("GET")
    assert (answer.status, answer.body) == (200, None)


def test_no_redirect_is_followed(gateway: Gateways, httpserver: HTTPServer) -> None:
    headers = {"Location": httpserver.url_for("/elsewhere")}
    httpserver.expect_request("/sms").respond_with_data("", 302, headers=headers)
    assert gateway(httpserver.url_for("/sms")).ask("POST", data="x").status == 302
    assert [request.path for request, _ in httpserver.log] == ["/sms"]


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Let the system's resolver give one address after another; returns the hosts it was asked for."""
    asked: list[str] = []
    left = iter([*answers, *[answers[-1]] * 100])

    def resolve(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(host)
        address = host if host[0].isdigit() else next(left)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0"])
def test_a_name_that_leads_into_the_house_is_refused(
    gateway: Gateways, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolving(monkeypatch, address)
    with pytest.raises(GatewayUnavailable, match="private"):
        gateway("https://gateway.example.se/sms").open()


@pytest.mark.parametrize("host", ["127.0.0.2", "10.1.2.3", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[fe80::1]"])
def test_a_number_that_leads_into_the_house_is_refused_however_it_is_written(gateway: Gateways, host: str) -> None:
    with pytest.raises(GatewayUnavailable, match="took no connection"):
        gateway(f"https://{host}/sms#timeout=0.2").open()


def test_the_name_is_looked_up_once_and_the_connection_stays_with_the_address(
    gateway: Gateways, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with HTTPServer(ssl_context=self_signed(tmp_path)) as server:
        server.expect_request("/sms").respond_with_json({"id": "x"})
        asked = resolving(monkeypatch, "127.0.0.1", "10.1.2.3")
        url = f"https://localhost:{server.port}/sms#ca={tmp_path / 'server.pem'}"
        asking = gateway(url)
        assert asking.ask("POST", data="x").status == 200
        assert asking.ask("POST", data="x").status == 200
    assert asked.count("localhost") == 1


def test_a_private_address_is_taken_where_the_setting_says_so(
    gateway: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, "127.0.0.1")
    with pytest.raises(GatewayUnavailable, match="ConnectionRefused"):
        gateway("https://cms.example.se:1/pages#private=1").open()


def test_a_certificate_for_another_name_is_refused(
    gateway: Gateways, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, "127.0.0.1")
    with HTTPServer(ssl_context=self_signed(tmp_path)) as server:
        url = f"https://cms.example.se:{server.port}/sms#private=1&ca={tmp_path / 'server.pem'}"
        with pytest.raises(NoAnswer) as lost:
            gateway(url).ask("POST", data="x")
        assert (lost.value.sent, server.log) == (False, [])


def test_a_wait_may_be_seconds_or_a_date() -> None:
    assert seconds_to_wait("7") == 7
    assert 50 < seconds_to_wait(format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)) <= 61


@given(st.one_of(st.text(), st.floats().map(str), st.datetimes().map(format_datetime), st.integers().map(str)))
def test_a_wait_is_never_out_of_bounds(written: str) -> None:
    assert SHORTEST_WAIT <= seconds_to_wait(written) <= LONGEST_WAIT


def test_a_request_that_another_header_would_be_slipped_into_never_leaves(
    gateway: Gateways, httpserver: HTTPServer
) -> None:
    asking = gateway(httpserver.url_for("/sms"))
    for name, value in (("Idempotency-Key", "a\r\nX-Slipped: b"), ("X\n", "a"), ("X", "a\0")):
        with pytest.raises(ValueError, match="line break"):
            asking.ask("POST", data="x", headers={name: value})
    assert httpserver.log == []


CHUNKED = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"i\r\n7\r\nd": 1} \r\n0\r\n\r\n'
COUNTED = b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"id": 1}'
CLOSING = COUNTED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")


@pytest.mark.parametrize(
    ("content", "opened"), [(COUNTED, 1), (CHUNKED, 1), (CLOSING, 3)], ids=["counted", "chunked", "closing"]
)
def test_a_connection_is_kept_as_long_as_the_gateway_keeps_it(gateway: Gateways, content: bytes, opened: int) -> None:
    asked: list[tuple[bytes, object]] = []

    def talk(connection: socket.socket, over: threading.Event) -> None:
        request = b""
        while part := connection.recv(65_536):
            request += part
            if not request.endswith(b"a=%C3%B6"):
                continue
            asked.append((request.partition(b"\r\n\r\n")[2], connection.getpeername()))
            request = b""
            connection.sendall(content)
            if content == CLOSING:
                return

    with serving(talk) as address:
        asking = gateway(f"http://{address}")
        for _ in range(3):
            answer = asking.ask("POST", data={"a": "ö"})
            assert (answer.status, (answer.body or b"").strip()) == (200, b'{"id": 1}')
    assert [body for body, _ in asked] == [b"a=%C3%B6"] * 3
    assert len({peer for _, peer in asked}) == opened


def test_a_request_after_the_gateway_hung_up_goes_over_a_new_connection(gateway: Gateways) -> None:
    hung_up = threading.Event()

    def talk(connection: socket.socket, over: threading.Event) -> None:
        if connection.recv(65_536):
            connection.sendall(COUNTED)  # which does not say that this is the last
            connection.shutdown(socket.SHUT_RDWR)
            hung_up.set()

    with serving(talk) as address:
        asking = gateway(f"http://{address}")
        for _ in range(3):
            assert asking.ask("POST", data="x").status == 200
            assert hung_up.wait(PATIENCE)
            hung_up.clear()
