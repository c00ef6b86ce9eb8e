"""Every place where a slot may stand, each before a parser that is not ours: a value stays a value."""

import re
import unicodedata
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.escapes import ESCAPES
from tasks.slots import marker, parse

PAYLOADS = [
    "<script>alert(1)</script>", "</p><img src=x onerror=alert(1)>", "<!--", "]]>", "&lt;", "&#60;b&#62;", "&",
    '" onmouseover="alert(1)', "' autofocus onfocus='alert(1)", "`", "\\", '\\"', "\r\nBcc: x@example.se", "\n.\r\n",
    "\r\n\r\n<b>body</b>", "\x00", "\x0b", "\x1b[31m", "\x85", "\u2028", "\u2029", "\u202eabc", "\u2066", "\u2069",
    "\u200f", "\ufeff", "\ud800", "\udfff", "\uffff", "=?utf-8?q?=0D=0ABcc:_x@example.se?=", "=?utf-8?b?PGI+?=",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", " data:text/html,<script>", "vbscript:x",
    "https://example.se/?a=1&b='2'", "//evil.example", "https://evil.example/", "https://a@evil.example",
    "@evil.example",
    "/../../etc/passwd", "..", ".", "%2e%2e%2f", "%0d%0a", "?a=b&c=d#e", "mailto:x@example.se?bcc=y@example.se",
    "x@example.se", "a(comment)@example.se", '"quoted local"@example.se', "x@example.se, y@example.se",
    "<x@example.se>", "x@[127.0.0.1]", "group: a@example.se;", "--boundary--", "QZSLOTtextQnameQZ", "QZ", "مريم", "Åsa",
    "#read(\"/etc/passwd\")", "$(id)", "; rm -rf /", "#{", "// comment", "/* comment", "*bold*", "[x](y)", "{{ x }}",
    "{% x %}", "ǽ", "🙂", "😀" * 50, "x" * 3000, "'" * 400, " " * 50, "",
]  # fmt: skip
anything = (
    st.text(max_size=60)
    | st.text(st.characters(categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Po", "Sm"]), max_size=30)
    | st.lists(st.sampled_from(PAYLOADS), min_size=1, max_size=4).map("".join)
)
NOT_PRINTED = {*map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])}
NOT_CHARACTERS = {"\u2028", "\u2029", "\ufeff", "\ufff9", "\ufffa", "\ufffb", "\ufffe", "\uffff"}


def printed(value: str) -> str:
    """The value on one line: what breaks lines is a space, what turns the direction is gone, half characters are ?."""
    spaced = "".join("\0" if unicodedata.category(c) == "Cc" or c in NOT_CHARACTERS else c for c in value)
    one_line = "".join(c for c in re.sub("\0+", " ", spaced) if c not in NOT_PRINTED).strip()
    return "".join("?" if unicodedata.category(c) == "Cs" else c for c in one_line)


def unisolated(text: str) -> str:
    return text[1:-1] if text[:1] == "\u2068" and text[-1:] == "\u2069" else text


def element(page: bytes) -> Any:
    (found,) = lxml.html.fragments_fromstring(page.decode())
    assert len(list(found.iter())) == 1
    return found


def in_html(filled: bytes, value: str) -> None:
    assert unisolated(element(b"<p>" + filled + b"</p>").text or "") == printed(value)


def in_attribute(filled: bytes, value: str) -> None:
    for quote in (b'"', b"'"):
        found = element(b"<a title=" + quote + filled + quote + b">x</a>")
        assert (found.attrib, found.text) == ({"title": printed(value)}, "x")


def is_sound_address(address: str, value: str) -> None:
    assert re.fullmatch(r"[!-~]+", address)
    assert not re.search(r'[<>"\\^`{|}]', address)
    if address != "#":
        assert urlsplit(address).scheme in {"http", "https", "mailto"}
        meant = urlsplit(
            "".join(c for c in value if unicodedata.category(c) != "Cc" and c not in NOT_CHARACTERS).strip()
        )
        assert unquote(urlsplit(address).netloc) == unquote(meant.netloc.encode("utf-8", "replace").decode())


def in_url(filled: bytes, value: str) -> None:
    for quote in (b'"', b"'"):
        found = element(b"<a href=" + quote + filled + quote + b">x</a>")
        assert (list(found.attrib), found.text) == (["href"], "x")
        is_sound_address(found.get("href"), value)


def in_link(filled: bytes, value: str) -> None:
    is_sound_address(filled.decode(), value)
    assert headers(b"List-Unsubscribe: <" + filled + b">")["List-Unsubscribe"] == f"<{filled.decode()}>"


def in_part(filled: bytes, value: str) -> None:
    part = filled.decode()
    path, query = urlsplit(f"https://example.se/a/{part}/b?x=1"), urlsplit(f"https://example.se/?q={part}&x=1#y")
    assert (path.netloc, path.query, query.netloc, query.fragment) == ("example.se", "x=1", "example.se", "y")
    assert path.path.count("/") == 3
    assert unquote(part) == ("" if printed(value) in {".", ".."} else printed(value))
    assert not {unquote(each) for each in path.path.split("/")} & {".", ".."}


def in_text(filled: bytes, value: str) -> None:
    assert unisolated(filled.decode()) == printed(value)


def headers(written: bytes) -> EmailMessage:
    message: Any = message_from_bytes(b"X-First: a\r\n" + written + b"\r\nX-Last: b\r\n\r\nbody\r\n", policy=default)
    assert message.keys() == ["X-First", written.partition(b":")[0].decode(), "X-Last"]
    assert message.get_content().strip() == "body"
    assert isinstance(message, EmailMessage)
    return message


def in_header(filled: bytes, value: str) -> None:
    seen = headers(b"Subject: " + filled)["Subject"]
    assert seen == printed(value) or (len(seen) == 120 and seen[-1] == "…" and printed(value).startswith(seen[:-1]))
    assert len(filled) <= 998 - len("Subject: ")


def in_token(filled: bytes, value: str) -> None:
    assert re.fullmatch(rb"[A-Za-z0-9.,:+_ -]*", filled)
    headers(b"Message-ID: <" + filled + b"@example.se>")


def in_email(filled: bytes, value: str) -> None:
    to: Any = headers(b"To: " + filled)["To"]
    assert [address.addr_spec for address in to.addresses] in ([], [value])
    assert not to.defects


def in_typst(filled: bytes, value: str) -> None:
    literal = filled.decode()
    assert re.fullmatch(r'"(?:[^"\\\n]|\\["\\])*"', literal)
    assert unisolated(re.sub(r"\\(.)", r"\1", literal[1:-1])) == printed(value)


ORACLES: dict[str, Callable[[bytes, str], None]] = {
    "html": in_html, "html_rtl": in_html, "attribute": in_attribute, "url": in_url, "link": in_link, "part": in_part,
    "text": in_text, "text_rtl": in_text, "header": in_header, "token": in_token, "email": in_email,
    "address": in_text, "sms": in_text, "sms_rtl": in_text, "typst": in_typst, "typst_rtl": in_typst,
}  # fmt: skip
"""How each place is judged; a place without a judge fails."""


@pytest.mark.parametrize("place", sorted(ESCAPES))
@settings(max_examples=60, deadline=None)
@given(value=anything)
@example(value="x" * 100_000)
def test_no_value_leaves_its_place(place: str, value: str) -> None:
    filled = parse(marker("name", place).encode()).fill({"name": value})
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", filled.decode())
    ORACLES[place](filled, value)


@pytest.mark.parametrize("place", sorted(ESCAPES))
def test_no_known_payload_leaves_its_place(place: str) -> None:
    template = parse(marker("name", place).encode())
    for value in PAYLOADS:
        for around in (value, f"Anna{value}", f"{value} Anna"):
            ORACLES[place](template.fill({"name": around}), around)
