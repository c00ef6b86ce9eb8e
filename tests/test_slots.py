"""Whatever a value holds, it stays a value: no markup, no header, no line break, no marker gets through."""

import re
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaigns.errors import InputError
from tasks.escapes import ESCAPES, encoded_words
from tasks.slots import (
    BUILT_IN,
    POSTAL,
    marker,
    named_in,
    parse,
    put_in_place,
    readable,
    unsubscribe_address,
)

HOSTILE = [
    "Åsa", "<script>alert(1)</script>", '" onmouseover="alert(1)', "a\r\nBcc: x@example.se", "a\nb", "a\x00b", "a\x85b",
    "a\u2028b", "=?utf-8?q?x?=", "javascript:alert(1)", " https://example.se/?a=1&b='2'", "&lt;b&gt;", "مريم",
    "\u202eabc",
    marker("last_name", "html"), "--boundary--", ".", "..", "QZ", "", "a" * 300, "x@example.se, y@example.se",
]  # fmt: skip
anything = st.text(max_size=80) | st.sampled_from(HOSTILE) | st.lists(st.sampled_from(HOSTILE), max_size=3).map("".join)


def filled(place: str, value: str) -> bytes:
    return parse(marker("name", place).encode()).fill({"name": value})


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read_html(page: bytes) -> Reader:
    reader = Reader()
    reader.feed(page.decode())
    reader.close()
    return reader


@given(st.sampled_from(sorted(ESCAPES)), anything)
def test_no_value_brings_a_line_break_or_a_control_character_to_any_place(place: str, value: str) -> None:
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", filled(place, value).decode())


@given(st.sampled_from(["html", "html_rtl"]), anything)
def test_no_value_becomes_markup_in_a_page(place: str, value: str) -> None:
    reader = read_html(b"<p>" + filled(place, value) + b"</p>")
    assert [tag for tag, _ in reader.tags] == ["p"]


@given(st.sampled_from(["attribute", "url", "part"]), anything)
def test_no_value_leaves_its_attribute(place: str, value: str) -> None:
    reader = read_html(b'<a title="' + filled(place, value) + b'">x</a>')
    assert [(tag, list(attributes)) for tag, attributes in reader.tags] == [("a", ["title"])]
    assert reader.text == "x"


@given(anything)
def test_a_page_shows_exactly_the_value(value: str) -> None:
    seen = read_html(b"<p>" + filled("html", value) + b"</p>").text
    assert seen.strip("\u2068\u2069") == filled("address", value).decode()


@given(st.sampled_from(["url", "link"]), anything)
def test_a_whole_address_leads_only_to_http_https_or_mail(place: str, value: str) -> None:
    assert re.match(r"#$|https?://|mailto:", filled(place, value).decode(), re.IGNORECASE)
    assert re.fullmatch(rb"[!-~]*", filled(place, value))
    assert not re.search(rb'[<>"]', filled(place, value))


@given(anything)
def test_a_part_of_an_address_stays_one_part(value: str) -> None:
    part = filled("part", value)
    assert re.fullmatch(rb"[A-Za-z0-9%._~-]*", part)
    assert part not in {b".", b".."}


@given(anything, anything)
def test_no_value_adds_a_header_and_the_subject_reads_as_written(subject: str, address: str) -> None:
    template = parse(
        b"To: " + marker("recipient", "email").encode() + b"\r\nSubject: " + encoded_words("Hej ") + b" "
        + marker("name", "header").encode() + b" " + encoded_words(", välkommen") + b"\r\n\r\nbody"
    )  # fmt: skip
    message = message_from_bytes(template.fill({"name": subject, "recipient": address}), policy=default)
    assert message.keys() == ["To", "Subject"]
    seen = filled("address", subject).decode()
    assert message["Subject"] == f"Hej {seen if len(seen) <= 120 else seen[:119] + '…'}, välkommen"
    assert message.get_content().strip() == "body"
    assert len(message["To"].addresses) <= 1


@given(anything)
@example("x@example.se")
def test_an_address_is_printed_whole_or_not_at_all(value: str) -> None:
    assert filled("email", value) in {value.encode(), b"undisclosed-recipients:;"}


@given(anything)
def test_a_machine_value_in_a_header_holds_no_structure(value: str) -> None:
    assert re.fullmatch(rb"[A-Za-z0-9.,:+_ -]*", filled("token", value))


@given(st.sampled_from(["html", "attribute", "text", "address"]), st.sampled_from(sorted(ESCAPES)))
def test_a_value_that_is_a_marker_is_printed_as_it_is_written(place: str, forged: str) -> None:
    template = parse((marker("name", place) + "|" + marker("other", "text")).encode())
    value = marker("other", forged)
    assert template.fill({"name": value, "other": "secret"}) == f"{value}|secret".encode()


@given(
    st.lists(st.tuples(st.binary(max_size=20), st.sampled_from(BUILT_IN + POSTAL), st.sampled_from(sorted(ESCAPES))))
)
def test_filling_changes_nothing_but_the_places(parts: list[tuple[bytes, str, str]]) -> None:
    template = parse(b"".join(fixed + marker(slot, place).encode() for fixed, slot, place in parts))
    values = {slot: f"{slot}@example.se" for slot in template.slot_names}
    expected = b"".join(fixed + ESCAPES[place](values[slot]) for fixed, slot, place in parts)
    assert template.fill(values) == expected
    assert template.slot_names == {slot for _, slot, _ in parts}


def test_a_name_in_another_direction_is_isolated_and_others_are_not() -> None:
    assert filled("html", "Anna") == b"Anna"
    assert filled("text", "مريم").decode() == "\u2068مريم\u2069"
    assert filled("text_rtl", "مريم").decode() == "مريم"
    assert filled("html_rtl", "Anna").decode() == "\u2068Anna\u2069"
    assert filled("text_rtl", "08-465 004 12").decode() == "\u206808-465 004 12\u2069"


def test_a_slot_without_a_value_is_named() -> None:
    with pytest.raises(InputError, match="pickup_place"):
        parse(marker("pickup_place", "html").encode()).fill({"first_name": "Anna"})


def test_a_place_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match="nowhere"):
        parse(marker("name", "nowhere").encode())


def test_a_marker_is_put_in_place_once_and_shown_by_name() -> None:
    text = put_in_place(marker("first_name") + " " + marker("date", "token"), "text")
    assert text == marker("first_name", "text") + " " + marker("date", "token")
    assert named_in(text) == ["first_name", "date"]
    assert readable(text) == "‹first_name› ‹date›"


def test_unsubscribing_is_a_page_where_there_is_one_and_a_mail_otherwise() -> None:
    assert (
        unsubscribe_address("ab12", sender_address="s@example.se") == "mailto:s@example.se?subject=unsubscribe%20ab12"
    )
    page = unsubscribe_address("ab12", sender_address="s@example.se", public_url="https://example.se/")
    assert page == "https://example.se/unsubscribe/ab12"
    assert filled("link", page).decode() == page
