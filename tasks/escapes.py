"""What a value becomes at each place where a slot may stand; whatever the value holds, it stays a value there.

==============  =====================================================================================================
place           what a value becomes
==============  =====================================================================================================
html, html_rtl  text of an HTML page, escaped; isolated where its direction differs (Unicode bidi, U+2068 … U+2069)
attribute       an HTML attribute's value, escaped
url             a whole address in an HTML attribute: only http, https and mailto; otherwise ``#``
link            the same in plain text and in e-mail headers
part            one component of an address, percent-encoded
text, text_rtl  plain text on one line; isolated like html
sms, sms_rtl    the same in a text message; no sign is changed for a cheaper one, however long it makes the message
header          encoded words of a header (RFC 2047), which can hold neither a line break nor a header
token           a machine's own value in a header: letters, digits and ``.,:+-_`` and space
email           an address in a header (RFC 5322 dot-atom); anything else becomes ``undisclosed-recipients:;``
address         one line of a postal address
typst,          a string literal of typst, in which nothing is markup, a label or a comment, and no quote or dash is
typst_rtl       exchanged for another; isolated like html. The places link and part may stand inside such a literal
==============  =====================================================================================================
"""

import html
import re
import unicodedata
from collections.abc import Callable
from email.header import Header
from functools import lru_cache
from urllib.parse import quote, urlsplit

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufff9-\ufffb\ufffe\uffff]+")
_DIRECTIONS = re.compile(r"[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]+")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_NOT_TOKEN = re.compile(r"[^A-Za-z0-9.,:+_ -]+")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++"
_EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*+")
_LONGEST_EMAIL = 254  # RFC 5321
_LONGEST_IN_HEADER = 120  # characters; of four bytes each they take 800 as encoded words
_ADDRESS_START = re.compile(r"https?://[^/?#]|mailto:.", re.IGNORECASE)
_PLAIN_ADDRESS = re.compile(r"(?:https?://[A-Za-z0-9]|mailto:[A-Za-z0-9])[A-Za-z0-9%/:?#@=._~&+-]*")
_ADDRESS_SAFE = "%/:?#[]@!$&'()*+,;=~"

Escape = Callable[[str], bytes]


def _one_line(value: str) -> str:
    return _DIRECTIONS.sub("", _CONTROLS.sub(" ", value)).strip()


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "replace")


def isolated(value: str, right_to_left: bool) -> str:
    """Return the value between U+2068 and U+2069 where it runs another way than the text around it."""
    differs = _runs_left_to_right(value) if right_to_left else _RIGHT_TO_LEFT.search(value) is not None
    return f"\u2068{value}\u2069" if differs else value


def _runs_left_to_right(value: str) -> bool:
    """Tell whether Latin letters or digits stand in a value; digits would be told in groups from the right."""
    return any(unicodedata.bidirectional(character) in {"L", "EN"} for character in value)


@lru_cache(maxsize=16384)
def _html(value: str) -> bytes:
    return _bytes(html.escape(isolated(_one_line(value), right_to_left=False)))


@lru_cache(maxsize=16384)
def _html_rtl(value: str) -> bytes:
    return _bytes(html.escape(isolated(_one_line(value), right_to_left=True)))


@lru_cache(maxsize=16384)
def _attribute(value: str) -> bytes:
    return _bytes(html.escape(_one_line(value)))


@lru_cache(maxsize=16384)
def _text(value: str) -> bytes:
    return _bytes(isolated(_one_line(value), right_to_left=False))


@lru_cache(maxsize=16384)
def _text_rtl(value: str) -> bytes:
    return _bytes(isolated(_one_line(value), right_to_left=True))


def _address(value: str) -> bytes:
    return _bytes(_one_line(value))


def _typst_literal(value: str) -> bytes:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return _bytes(f'"{quoted}"')


@lru_cache(maxsize=16384)
def _typst(value: str) -> bytes:
    return _typst_literal(isolated(_one_line(value), right_to_left=False))


@lru_cache(maxsize=16384)
def _typst_rtl(value: str) -> bytes:
    return _typst_literal(isolated(_one_line(value), right_to_left=True))


def _url(value: str) -> bytes:
    address = _link(value)
    return address.replace(b"&", b"&amp;").replace(b"'", b"&#x27;") if b"&" in address or b"'" in address else address


@lru_cache(maxsize=16)  # an address mostly stands in several places of one message
def _link(value: str) -> bytes:
    if _PLAIN_ADDRESS.fullmatch(value) and "=?" not in value:
        return value.encode()
    cleaned = _CONTROLS.sub("", value).strip()
    if not _ADDRESS_START.match(cleaned) or not _can_be_split(cleaned):
        return b"#"
    # In a header the sign of an encoded word would be decoded to whatever it hides.
    return quote(cleaned, safe=_ADDRESS_SAFE, errors="replace").replace("=?", "%3D?").encode()


def _can_be_split(address: str) -> bool:
    try:
        return urlsplit(address) is not None
    except ValueError:  # a bracket that opens no IPv6 address: every reader makes something else of it
        return False


def _part(value: str) -> bytes:
    cleaned = _one_line(value)
    return quote("" if cleaned in {".", ".."} else cleaned, safe="", errors="replace").encode()


@lru_cache(maxsize=16384)
def _header(value: str) -> bytes:
    """Always encoded words, so that they join with the encoded words around them without a space between.

    They stand on one line, which may have 998 bytes (RFC 5322): a longer value ends in ``…``.
    """
    cleaned = _one_line(value).encode("utf-8", "replace").decode()
    cleaned = cleaned if len(cleaned) <= _LONGEST_IN_HEADER else cleaned[: _LONGEST_IN_HEADER - 1] + "…"
    return encoded_words(cleaned) or b"=?utf-8?q??="


def _token(value: str) -> bytes:
    return value.encode() if value.isalnum() and value.isascii() else _composed_token(value)


@lru_cache(maxsize=64)  # a date is the same for many
def _composed_token(value: str) -> bytes:
    return _NOT_TOKEN.sub("", value).encode()


def _email(value: str) -> bytes:
    sound = len(value) <= _LONGEST_EMAIL and "=?" not in value and _EMAIL.fullmatch(value)
    return value.encode() if sound else b"undisclosed-recipients:;"


def encoded_words(text: str) -> bytes:
    """Return a header's text as encoded words that keep every space, on one line; nothing for an empty text."""
    return Header(text, "utf-8", maxlinelen=66).encode(linesep="").encode() if text else b""


ESCAPES: dict[str, Escape] = {
    "html": _html,
    "html_rtl": _html_rtl,
    "attribute": _attribute,
    "url": _url,
    "link": _link,
    "part": _part,
    "text": _text,
    "text_rtl": _text_rtl,
    "sms": _text,
    "sms_rtl": _text_rtl,
    "header": _header,
    "token": _token,
    "email": _email,
    "address": _address,
    "typst": _typst,
    "typst_rtl": _typst_rtl,
}
