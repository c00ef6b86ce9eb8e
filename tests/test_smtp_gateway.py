import smtplib
from pathlib import Path

import pytest
from small_run import faults

from tasks.gateways.smtp import accepted, running_gateway

MESSAGE = "Subject: prov\r\n\r\n.första raden\r\n..andra\r\nslut\r\n".encode()


def connect(url: str) -> smtplib.SMTP:
    host, _, port = url.removeprefix("smtp://").partition(":")
    return smtplib.SMTP(host, int(port), timeout=10)


def test_an_accepted_message_is_stored_byte_for_byte_with_its_envelope(tmp_path: Path) -> None:
    with running_gateway(tmp_path) as url, connect(url) as server:
        server.sendmail("a@example.se", ["b@example.se", "c@example.se"], MESSAGE)
        (entry,) = accepted(tmp_path)
        assert (entry["mail_from"], entry["rcpt_to"]) == ("a@example.se", ["b@example.se", "c@example.se"])
        assert (tmp_path / entry["file"]).read_bytes() == MESSAGE


def test_it_says_what_it_can(tmp_path: Path) -> None:
    with running_gateway(tmp_path) as url, connect(url) as server:
        server.ehlo()
        assert server.has_extn("pipelining")
        assert server.has_extn("8bitmime")


def test_commands_sent_together_are_answered_in_order(tmp_path: Path) -> None:
    with running_gateway(tmp_path) as url, connect(url) as server:
        server.ehlo()
        server.send(b"MAIL FROM:<a@example.se>\r\nRCPT TO:<b@example.se>\r\nDATA\r\n")
        assert [server.getreply()[0] for _ in range(3)] == [250, 250, 354]
        server.send(b"Subject: x\r\n\r\nx\r\n.\r\nMAIL FROM:<a@example.se>\r\nDATA\r\n")
        assert [server.getreply()[0] for _ in range(3)] == [250, 250, 503]


@pytest.mark.parametrize(("verb", "code"), [("mail", 451), ("rcpt", 450), ("data", 554), ("dot", 452)])
def test_a_planted_refusal_is_given_and_nothing_is_stored(tmp_path: Path, verb: str, code: int) -> None:
    planted = faults(tmp_path, reply={verb: f"{code} planted"})
    with running_gateway(tmp_path / "store", planted) as url, connect(url) as server:
        with pytest.raises(smtplib.SMTPException):
            server.sendmail("a@example.se", ["b@example.se"], MESSAGE)
        assert accepted(tmp_path / "store") == []


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        with running_gateway(tmp_path) as url, connect(url) as server:
            server.sendmail("a@example.se", ["b@example.se"], MESSAGE)
    assert [entry["number"] for entry in accepted(tmp_path)] == [1, 2]
