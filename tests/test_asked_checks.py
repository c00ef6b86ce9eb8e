"""Asking linked pages whether they answer, and a browser what it sees: bounded, and never of one's own house."""

import shutil
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

import campaigns
from campaigns.brief_loading import load_brief
from campaigns.errors import InputError
from tasks import browser_check
from tasks.asked_checks import browser_findings, link_findings
from tasks.gate_subjects import subject_of
from tasks.gates.subject import GateSubject
from tasks.link_check import Answer, Bounds, check_links
from tasks.rendered_texts import render_texts
from tasks.web_addresses import is_public
from tasks.workplace import Workplace

HOME = Path(campaigns.__file__).parent
QUICK = Bounds(seconds=20.0, seconds_per_link=5.0, redirects=3)


@pytest.fixture
def mail(tmp_path: Path) -> GateSubject:
    folder = tmp_path / "matavfall"
    shutil.copytree(HOME / "matavfall", folder)
    brief = load_brief(folder).model_copy(update={"languages": ("sv",), "channels": ("email", "web")})
    texts = render_texts(brief, folder, Workplace(home=tmp_path, key=b"a key for tests only"))
    each = next(text for text in texts if text.source == "text.sv.md" and text.channel == "email")
    return subject_of(
        brief, folder, wave=each.wave, channel=each.channel, language=each.language, subject=each.subject,
        text=each.text, html=each.html, facts=each.facts,
    )  # fmt: skip


def asked(server: HTTPServer, *paths: str, bounds: Bounds = QUICK) -> list[Answer]:
    addresses = [f"http://127.0.0.1:{server.port}{path}" for path in paths]
    answers = check_links(addresses, bounds=bounds, own_ports=[server.port])
    return [answers[address] for address in addresses]


def test_a_page_that_answers_passes_whether_it_knows_head_or_not(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/page").respond_with_data("here")
    httpserver.expect_request("/get", method="GET").respond_with_data("here")
    httpserver.expect_request("/get", method="HEAD").respond_with_data("", status=405)
    assert [answer.state for answer in asked(httpserver, "/page", "/get")] == ["answers", "answers"]


@pytest.mark.parametrize(
    ("status", "state"), [(404, "broken"), (410, "broken"), (500, "unsure"), (503, "unsure"), (403, "unsure")]
)
def test_what_is_gone_is_broken_and_what_fails_is_unsure(httpserver: HTTPServer, status: int, state: str) -> None:
    httpserver.expect_request("/page").respond_with_data("", status=status)
    (answer,) = asked(httpserver, "/page")
    assert (answer.state, str(status) in answer.reason) == (state, True)


def test_redirects_are_followed_a_few_times(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/old").respond_with_data("", status=301, headers={"Location": "/new"})
    httpserver.expect_request("/new").respond_with_data("here")
    httpserver.expect_request("/round").respond_with_data("", status=302, headers={"Location": "/round"})
    once, forever = asked(httpserver, "/old", "/round")
    assert once == Answer("answers")
    assert (forever.state, forever.reason) == ("unsure", "it is sent on too many times")


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{other}/", "https://127.0.0.1:{other}/", "https://localhost:{other}/", "http://[::1]/",
        "https://[::ffff:127.0.0.1]/", "https://2130706433/", "https://0x7f.1/", "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data", "file:///etc/passwd", "gopher://127.0.0.1/", "//127.0.0.1/",
    ],
)  # fmt: skip
def test_a_redirect_never_leads_to_ones_own_house(httpserver: HTTPServer, target: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as secret:
        secret.setblocking(False)
        place = target.format(other=secret.getsockname()[1])
        httpserver.expect_request("/away").respond_with_data("", status=302, headers={"Location": place})
        (answer,) = asked(httpserver, "/away")
        with pytest.raises(BlockingIOError):  # nobody has knocked
            secret.accept()
    assert answer.state == "broken"


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/", "https://127.0.0.1/", "http://[::ffff:127.0.0.1]/", "https://[::ffff:127.0.0.1]/",
        "http://2130706433/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://[::1]/",
        "https://192.168.1.1/", "https://100.64.0.1/", "https://224.0.0.1/", "https://localhost/", "https://intranat/",
        "http://start.example.se/", "https://user:word@start.example.se/", "https://",
    ],
)  # fmt: skip
def test_what_is_private_is_refused_without_a_look_up(address: str) -> None:
    def never(host: str, port: int) -> Sequence[str]:
        raise AssertionError(f"{host} was looked up")

    assert check_links([address], lookup=never)[address].state == "broken"


@given(st.ip_addresses().filter(lambda address: not is_public(address)), st.integers(0, 2))
def test_a_name_with_a_private_address_is_never_connected_to(address: object, place: int) -> None:
    listed = ["93.184.216.34", "93.184.216.35"]
    listed.insert(place, str(address))
    page = "https://start.example.se/"
    assert check_links([page], lookup=lambda host, port: listed)[page] == Answer(
        "broken", "it leads to a private address"
    )


def test_a_second_look_up_cannot_lead_the_connection_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is looked up once; the connection goes to that address, whatever the system would answer later."""
    looked_up: list[str] = []
    connected: list[object] = []

    def lookup(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return ["93.184.216.34"] if len(looked_up) == 1 else ["127.0.0.1"]

    def refuse(self: socket.socket, address: object) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    page = "https://start.example.se/"
    assert check_links([page], lookup=lookup, bounds=QUICK)[page].state == "unsure"
    assert looked_up == ["start.example.se"]
    assert set(connected) == {("93.184.216.34", 443)}


def test_a_name_that_does_not_exist_is_broken_and_a_silent_name_server_is_not() -> None:
    def fails(code: int) -> Answer:
        def lookup(host: str, port: int) -> list[str]:
            raise socket.gaierror(code, "no")

        return check_links(["https://start.example.se/"], lookup=lookup)["https://start.example.se/"]

    assert fails(socket.EAI_NONAME).state == "broken"
    assert fails(socket.EAI_AGAIN).state == "unsure"


def test_nobody_waits_for_a_slow_page_longer_than_the_bounds(httpserver: HTTPServer) -> None:
    def drip(request: Request) -> Response:
        def slowly() -> Iterator[bytes]:
            for _ in range(200):
                time.sleep(0.02)
                yield b"."

        return Response(slowly())

    httpserver.expect_request("/slow", method="GET").respond_with_handler(drip)
    httpserver.expect_request("/slow", method="HEAD").respond_with_data("", status=405)
    began = time.monotonic()
    (answer,) = asked(httpserver, "/slow", bounds=replace(QUICK, seconds=0.5))
    assert answer.state in {"unsure", "answers"}
    assert time.monotonic() - began < 3


def test_no_credentials_or_cookies_are_sent(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password word", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    httpserver.expect_request("/a").respond_with_data("", status=302, headers={"Location": "/b", "Set-Cookie": "a=b"})
    httpserver.expect_request("/b").respond_with_data("here")
    assert asked(httpserver, "/a")[0].state == "answers"
    for request, _ in httpserver.log:
        assert not {"Authorization", "Cookie"} & {name.title() for name, _ in request.headers}


def test_a_link_that_leads_nowhere_blocks_and_one_that_nobody_can_judge_warns(mail: GateSubject) -> None:
    def ask(addresses: Sequence[str]) -> dict[str, Answer]:
        assert "https://example.se/unsubscribe" not in addresses
        states = {"matavfall": Answer("broken", "it answers 404"), "uppgifter": Answer("unsure", "slow")}
        return {address: next(state for name, state in states.items() if name in address) for address in addresses}

    found = {(finding.kind, "matavfall" in finding.message) for finding in link_findings([mail], ask=ask)}
    assert found == {("B", True), ("W", False)}


@pytest.mark.slow
def test_the_browser_sees_a_planted_fault_and_none_in_a_clean_text(mail: GateSubject) -> None:
    pale = '<p style="background:linear-gradient(#fff,#fff);color:#bbb">Svag text som ingen ser</p><h1'
    planted = replace(mail, html=mail.html.replace("<h1", pale, 1).replace('<html lang="sv"', "<html", 1))
    wide = replace(mail, html=mail.html.replace("<h1", '<div style="width:900px">Bred</div><h1', 1))
    assert browser_findings([mail]) == []
    found = browser_findings([planted])
    assert any("html-has-lang" in finding.message for finding in found)
    assert {finding.kind for finding in found} == {"B"}
    assert any("reflow" in finding.message for finding in browser_findings([wide]))


def test_without_a_browser_the_check_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_check.shutil, "which", lambda name: "/nowhere/chromium")
    with pytest.raises(InputError, match="browser could not be started") as raised:
        browser_check.look_at(["<p>Hej</p>"])
    assert "chromium" in raised.value.remedy
