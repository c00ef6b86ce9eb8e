"""Test messages: only to colleagues, marked in the subject, and not a byte else changed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from approval_scene import DIRECTORY
from hypothesis import given
from hypothesis import strategies as st
from prepared_run import campaign_in, prepare

from campaigns.errors import GatewayUnavailable, InputError, Refused
from flows.commands.messages import trial_lines
from tasks import decisions, runs, slots, store
from tasks.gate_subjects import default_values
from tasks.gateways.smtp import accepted, running_gateway
from tasks.mime import Envelope, email_template
from tasks.trial_messages import MARK, marked, send_test
from tasks.workplace import Workplace


@dataclass(frozen=True)
class Office:
    workplace: Workplace
    run: str
    sink: Path

    def arrived(self) -> list[tuple[list[str], bytes]]:
        return [(entry["rcpt_to"], (self.sink / entry["file"]).read_bytes()) for entry in accepted(self.sink)]

    def variants(self) -> dict[str, tuple[str, bytes]]:
        with store.writing(self.workplace) as connection:
            query = "SELECT variant, language, template FROM variant WHERE channel = 'email' ORDER BY language, variant"
            return {name: (language, template) for name, language, template in connection.execute(query).fetchall()}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("trial")
    (folder / "directory.yaml").write_text(DIRECTORY, encoding="utf-8")
    place = Workplace(home=folder / "home", key=b"a key for tests only", directory=folder / "directory.yaml")
    run = prepare(place, campaign_in(folder))
    with running_gateway(folder / "sink") as url:
        yield Office(replace(place, smtp_url=url, test_domains="stad.example, kontoret.example"), run, folder / "sink")


def test_only_the_mark_and_what_is_each_messages_own_differ(office: Office) -> None:
    known = office.variants()
    before = len(office.arrived())
    sent = send_test(office.workplace, office.run, "chef@example.se", actor="account:test")
    arrived = office.arrived()[before:]
    assert sent == list(known)
    brief = runs.load(office.workplace, office.run).brief
    for variant, (recipients, content) in zip(sent, arrived, strict=True):
        language, template = known[variant]
        letter = message_from_bytes(content, policy=default)
        identity = letter["Message-ID"].strip("<>").partition("@")[0]
        own = {
            "recipient": "chef@example.se",
            "message_id": identity,
            "date": str(message_from_bytes(content)["Date"]),
            "unsubscribe_url": slots.unsubscribe_address(identity, sender_address=office.workplace.sender_address),
        }
        as_approved = slots.parse(template).fill({**default_values(brief, language), **own})
        assert recipients == ["chef@example.se"]
        assert letter["Subject"].startswith("[TEST] ")
        assert content.replace(MARK, b"", 1) == as_approved
        assert len(content) == len(as_approved) + len(MARK)


def test_one_variant_can_be_chosen(office: Office) -> None:
    name = next(reversed(office.variants()))
    assert send_test(office.workplace, office.run, "x@STAD.example", variants=[name], actor="account:test") == [name]


def test_what_was_sent_is_told_with_wave_language_and_subject(office: Office) -> None:
    sent = send_test(office.workplace, office.run, "chef@example.se", actor="account:test")
    with store.writing(office.workplace) as connection:
        query = "SELECT variant, subject FROM variant WHERE channel = 'email'"
        subjects = dict(connection.execute(query).fetchall())
    lines = trial_lines(office.workplace, office.run, sent)
    assert len(lines) == len(sent) >= 2
    for line, variant in zip(lines, sent, strict=True):
        language = {"sv": "Svenska", "en": "English"}[variant.split("-")[1]]
        assert line.startswith(f"sent       {variant}: to the public, {language}, ")
        assert line.endswith(f": {subjects[variant]}")


def test_the_log_tells_of_the_test_and_not_the_address(office: Office) -> None:
    send_test(office.workplace, office.run, "hemlig@kontoret.example", actor="account:test")
    last = list(decisions.read(office.workplace))[-1]
    assert (last.action, last.run, last.detail["variants"]) == ("test_sent", office.run, list(office.variants()))
    assert b"hemlig" not in office.workplace.decisions.read_bytes()


@pytest.mark.parametrize(
    "address", ["nagon@example.se", "a@stad.example.evil.org", "chef@example.se.org", "stad.example"]
)
def test_the_public_never_gets_a_test(office: Office, address: str) -> None:
    before = len(office.arrived())
    with pytest.raises(Refused, match="no test reaches the public") as caught:
        send_test(office.workplace, office.run, address, actor="account:test")
    assert address not in str(caught.value)
    assert len(office.arrived()) == before


@pytest.mark.parametrize(
    ("chosen", "problem"),
    [
        ({"variants": ["email-sv-nothing"]}, "no e-mail variant email-sv-nothing"),
        ({"channel": "letter"}, "not by letter"),
    ],
)
def test_what_cannot_be_sent_as_a_test_is_told(office: Office, chosen: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        send_test(office.workplace, office.run, "chef@example.se", actor="account:test", **chosen)


def test_a_relay_that_does_not_answer_is_told(office: Office) -> None:
    with pytest.raises(GatewayUnavailable):
        send_test(replace(office.workplace, smtp_url="smtp://127.0.0.1:1"), office.run, "chef@example.se", actor="x")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300), st.booleans())
def test_any_subject_can_be_marked_and_reads_as_before(words: str, with_slot: bool) -> None:
    subject = f"{words} {slots.marker('first_name', 'text')}" if with_slot else words
    envelope = Envelope("Stockholms stad", "a@example.se", "", "sv", subject, "=_b", False)
    template = email_template(envelope, "Subject: inte detta\n", "<p>Subject: inte detta</p>")
    values = dict.fromkeys((*slots.BUILT_IN,), "x") | {"recipient": "a@example.se"}
    plain, test = (slots.parse(each).fill(values) for each in (template, marked(template)))
    assert test.replace(MARK, b"", 1) == plain
    read = [" ".join(message_from_bytes(each, policy=default)["Subject"].split()) for each in (plain, test)]
    assert read[1].removeprefix("[TEST]").strip() == read[0]
