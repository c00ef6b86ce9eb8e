"""An e-mail joined from a template reads exactly like one that the standard library builds for that person."""

import re
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import Any

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_campaigns import SHIPPED
from test_places import PAYLOADS, anything

from campaigns.brief import Brief
from campaigns.brief_loading import load_brief
from campaigns.language import direction
from tasks import mime, slots
from tasks.rendered_texts import render_texts
from tasks.senders import Message
from tasks.shard_messages import renderer
from tasks.variants import RenderedVariant
from tasks.workplace import Workplace

SENDER = "budkavle@example.se"
PUBLIC = "https://example.se"
MESSAGE_ID = "0123456789abcdef" * 2
PLACED = re.compile(r"QZSLOT[a-z_]*Q")


class Emails(list[tuple[Brief, RenderedVariant]]):
    def __repr__(self) -> str:
        return f"{len(self)} e-mails"


@pytest.fixture(scope="module")
def emails(tmp_path_factory: pytest.TempPathFactory) -> Emails:
    place = Workplace(
        tmp_path_factory.mktemp("mime"), b"a key for tests only", public_url=PUBLIC, sender_address=SENDER
    )
    briefs = [(load_brief(folder), folder) for folder in SHIPPED]
    return Emails(
        (brief, variant)
        for brief, folder in briefs
        for variant in render_texts(brief, folder, place)
        if variant.channel == "email"
    )


def person_of(brief: Brief, values: dict[str, str]) -> dict[str, str]:
    named = {"first_name": "Åsa", "last_name": "Prov"} | {slot.name: "1 februari" for slot in brief.slots}
    unsubscribe = slots.unsubscribe_address(MESSAGE_ID, sender_address=SENDER, public_url=PUBLIC)
    built_in = {"recipient": "asa@example.se", "message_id": MESSAGE_ID, "unsubscribe_url": unsubscribe}
    return named | values | built_in | {"date": "Mon, 18 Jan 2027 08:00:00 +0100"}


def built(brief: Brief, variant: RenderedVariant, person: dict[str, str]) -> EmailMessage:
    """The message as EmailMessage builds it for one person."""

    def seen(part: str) -> str:
        return slots.parse(part.encode()).fill(person).decode()

    message = EmailMessage(policy=SMTP.clone(max_line_length=0))  # folding encoded words would lose spaces
    message["To"], message["Date"] = person["recipient"], person["date"]
    message["Message-ID"] = f"<{MESSAGE_ID}@example.se>"
    if not brief.is_to_employees(variant.wave):
        message["List-Unsubscribe"] = f"<{person['unsubscribe_url']}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Subject"] = seen(PLACED.sub("QZSLOTaddressQ", variant.subject))
    message["From"] = Address(brief.sender.body, addr_spec=SENDER)
    message["Auto-Submitted"] = "auto-generated"
    if re.fullmatch(r"[^@\s]+@[^@\s]+", brief.contact.way):
        message["Reply-To"] = brief.contact.way
    message.set_content(seen(variant.text), charset="utf-8", cte="8bit")
    message.add_alternative(seen(variant.html), subtype="html", charset="utf-8", cte="8bit")
    message["Content-Language"] = variant.language
    return message


def told(content: bytes) -> list[Any]:
    """All that a reader of the standard library finds: headers, structure and decoded contents of every part."""
    message = message_from_bytes(content, policy=default)
    found = []
    for part in message.walk():
        headers = {name.lower(): str(value).strip() for name, value in part.items() if name.lower() != "content-type"}
        headers.pop("mime-version", None) if part is not message else None
        held = None if part.is_multipart() else part.get_content()
        found.append((part.get_content_type(), part.get_content_charset(), headers, held, list(part.defects)))
    return found


def is_sendable(content: bytes) -> None:
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n")
    content.decode()


def test_every_email_of_every_campaign_reads_like_one_built_for_a_person(
    emails: Emails,
) -> None:
    assert {variant.language for _, variant in emails} >= {"sv", "en", "ar", "so", "fi"}
    for brief, variant in emails:
        person = person_of(brief, {})
        joined = slots.parse(variant.template).fill(person)
        assert told(joined) == told(built(brief, variant, person).as_bytes()), variant.variant
        is_sendable(joined)
        assert b"\r\n\r\n" in joined
        assert set(re.findall(rb"Content-Transfer-Encoding: (\S+)", joined)) <= {b"8bit", b"base64"}


short = anything.filter(lambda value: len(value) < 100) | st.sampled_from([each for each in PAYLOADS if len(each) < 60])


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_hostile_values_read_like_one_built_for_a_person(emails: Emails, data: st.DataObject) -> None:
    brief, variant = emails[data.draw(st.integers(0, len(emails) - 1))]
    person = person_of(brief, {slot.name: data.draw(short) for slot in brief.slots})
    joined = slots.parse(variant.template).fill(person)
    model = built(brief, variant, person)
    model.replace_header("Subject", "where it holds =?, the standard library does not read what it has written")
    for found, wanted in zip(told(joined), told(model.as_bytes()), strict=True):
        if "subject" in found[2]:
            written = PLACED.sub("QZSLOTaddressQ", variant.subject)
            wanted[2]["subject"] = slots.parse(written.encode()).fill(person).decode().strip()
        assert found == wanted


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_no_value_makes_a_line_too_long_for_a_relay(emails: Emails, data: st.DataObject) -> None:
    brief, variant = emails[data.draw(st.integers(0, len(emails) - 1))]
    long = st.sampled_from(["x", "'", "å ", "😀", "=", "مريم", ". "]).flatmap(
        lambda sign: st.integers(0, 3000).map(lambda times: sign * times)
    )
    person = person_of(brief, {slot.name: data.draw(long | anything) for slot in brief.slots})
    render = renderer({variant.variant: variant.template}, sender_address=SENDER, public_url=PUBLIC)
    content = render(Message(MESSAGE_ID, variant.variant, (), "asa@example.se", variant.language, person))
    is_sendable(content)
    (*_, usual), (*_, found) = told(slots.parse(variant.template).fill(person)), told(content)
    assert "".join(usual[3].split()) == "".join(found[3].split())


def test_a_long_line_is_broken_at_a_space_or_between_characters() -> None:
    for text in ("x" * 2500, "å" * 1300, "ord " * 700):
        broken = mime.within_lines(text.encode())
        is_sendable(broken)
        assert broken.decode().replace("\r\n", "").replace(" ", "") == text.replace(" ", "")


def test_language_and_direction_are_told_on_the_page_and_on_what_shows_it(
    emails: Emails,
) -> None:
    for brief, variant in emails:
        page = lxml.html.document_fromstring(variant.html)
        wanted = (variant.language, direction(variant.language))
        assert (page.get("lang"), page.get("dir")) == wanted
        wrapper = page.find("body")[0] if page.find("body")[0].get("lang") else page.find("body")[1]
        assert (wrapper.get("lang"), wrapper.get("dir")) == wanted
        if variant.language not in (brief.languages[0], *getattr(brief.contact.hours, "keys", tuple)()):
            assert page.xpath("//*[@class='contact']//*[@lang]")


def test_styles_stand_inline_once_after_every_loop(emails: Emails) -> None:
    for _, variant in emails:
        page = lxml.html.document_fromstring(variant.html)
        styled = page.xpath("//div[@data-body]//*[self::p or self::li or self::h2 or self::a]")
        assert styled
        assert all(element.get("style") for element in styled)
        assert not re.search(r"\{[%{]|[%}]\}", variant.html)
