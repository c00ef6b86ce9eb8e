"""Slots: the places of a finished text where one person's values are joined in, as plain bytes.

A text is rendered once per variant and never again. What differs per person stands in it as a *marker* that names the
slot and its place. :func:`parse` splits the bytes at the markers once; :meth:`Template.fill` escapes each value for its
place and joins. Values are never parsed again, so a value that looks like a marker is printed as it is written.

==============  =====================================================================================================
place           what a value becomes
==============  =====================================================================================================
html, html_rtl  text of an HTML page, escaped; isolated where its direction differs (Unicode bidi, U+2068 … U+2069)
attribute       an HTML attribute's value, escaped
url             a whole address in an HTML attribute: only http, https and mailto; otherwise ``#``
link            the same in plain text and in e-mail headers
part            one component of an address, percent-encoded
text, text_rtl  plain text on one line; isolated like html
header          encoded words of a header (RFC 2047), which can hold neither a line break nor a header
token           a machine's own value in a header: letters, digits and ``.,:+-_`` and space
email           an address in a header (RFC 5322 dot-atom); anything else becomes ``undisclosed-recipients:;``
address         one line of a postal address
==============  =====================================================================================================
"""

import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from email.header import Header
from functools import lru_cache
from urllib.parse import quote

from campaigns.errors import InputError

BUILT_IN = ("first_name", "last_name", "recipient", "message_id", "unsubscribe_url", "date")
"""Slots every person has; ``date`` is the date of an e-mail header (RFC 5322), ``recipient`` an e-mail address."""
POSTAL = ("address_name", "street", "apartment", "postcode", "city")
"""Slots of a letter's address block; ``apartment`` is printed after the street, such as ``lgh 1202``, or empty."""

MARKER_SIGN = "QZSLOT"
_MARKER = re.compile(rf"{MARKER_SIGN}([a-z_]*)Q([a-z][a-z0-9_]*)QZ")
_MARKER_BYTES = re.compile(_MARKER.pattern.encode())
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufff9-\ufffb\ufffe\uffff]+")
_DIRECTIONS = re.compile(r"[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]+")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_NOT_TOKEN = re.compile(r"[^A-Za-z0-9.,:+_ -]+")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,254}+"
_EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*+")
_ADDRESS_START = re.compile(r"https?://[^/?#]|mailto:.", re.IGNORECASE)
_PLAIN_ADDRESS = re.compile(r"(?:https?://[A-Za-z0-9]|mailto:[A-Za-z0-9])[A-Za-z0-9%/:?#@=._~&+-]*")
_ADDRESS_SAFE = "%/:?#[]@!$&'()*+,;=~"

Escape = Callable[[str], bytes]


def marker(slot: str, place: str = "") -> str:
    """Return the marker of a slot; letters, digits and underscores only, so that no later step alters it."""
    return f"{MARKER_SIGN}{place}Q{slot}QZ"


def put_in_place(text: str, place: str) -> str:
    """Return the text with every marker that has no place yet given this one."""
    return _MARKER.sub(lambda found: marker(found[2], found[1] or place), text)


def put_address_in_place(address: str, place: str) -> str:
    """Do the same in an address: a slot that is the whole of it takes this place, url or link, any other is a part."""
    return put_in_place(address, place if _MARKER.fullmatch(address) else "part")


def named_in(text: str) -> list[str]:
    """Return the slots that a text prints, in order and as often as they stand."""
    return [found[2] for found in _MARKER.finditer(text)]


def in_host(address: str) -> bool:
    """Tell whether a slot stands in the host of an address, where it could lead anywhere."""
    host = re.match(r"(?:[a-z][a-z0-9+.-]*:)?//([^/?#]*)", address, re.IGNORECASE)
    return host is not None and MARKER_SIGN.lower() in host[1].lower()


def readable(text: str) -> str:
    """Return the text for a reader, with every unfilled slot as ‹name›."""
    return _MARKER.sub(lambda found: f"‹{found[2]}›", text)


class Template:
    """Bytes with slots, split once; filling is one join."""

    __slots__ = ("_pieces", "_places", "slot_names")

    def __init__(self, pieces: list[bytes], places: dict[tuple[str, str], list[int]]) -> None:
        self._pieces = pieces
        self._places = tuple((slot, ESCAPES[place], tuple(at)) for (slot, place), at in places.items())
        self.slot_names = frozenset(slot for slot, _ in places)

    def fill(self, values: Mapping[str, str]) -> bytes:
        """Return the bytes with each value escaped for its place; raises InputError naming a slot without a value."""
        pieces = self._pieces.copy()
        try:
            for slot, escape, places in self._places:
                value = escape(values[slot])
                for place in places:
                    pieces[place] = value
        except KeyError as missing:
            raise InputError(
                f"the slot {missing.args[0]} has no value",
                remedy="give the slot a `default` in campaign.yaml, or the value a column in the audience query.",
            ) from None
        return b"".join(pieces)


def parse(template: bytes) -> Template:
    """Split a template at its markers; a marker without a place counts as plain text."""
    pieces: list[bytes] = []
    places: dict[tuple[str, str], list[int]] = {}
    end = 0
    for found in _MARKER_BYTES.finditer(template):
        pieces += [template[end : found.start()], b""]
        place, slot = found[1].decode() or "text", found[2].decode()
        if place not in ESCAPES:
            raise InputError(f"a slot cannot stand in the place {place}", remedy="use one of " + ", ".join(ESCAPES))
        places.setdefault((slot, place), []).append(len(pieces) - 1)
        end = found.end()
    return Template([*pieces, template[end:]], places)


def unsubscribe_address(message_id: str, *, sender_address: str, public_url: str = "") -> str:
    """Return the value of ``unsubscribe_url``: a page where there is one, otherwise a mail to the sender.

    The message id is a keyed hash of 128 bits, so that nobody can unsubscribe another.
    """
    if public_url:
        return f"{public_url.rstrip('/')}/unsubscribe/{quote(message_id, safe='')}"
    return f"mailto:{sender_address}?subject=unsubscribe%20{quote(message_id, safe='')}"


def _one_line(value: str) -> str:
    return _DIRECTIONS.sub("", _CONTROLS.sub(" ", value)).strip()


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "replace")


def _isolated(value: str, right_to_left: bool) -> str:
    differs = _has_left_to_right(value) if right_to_left else _RIGHT_TO_LEFT.search(value) is not None
    return f"\u2068{value}\u2069" if differs else value


def _has_left_to_right(value: str) -> bool:
    return any(unicodedata.bidirectional(character) == "L" for character in value)


@lru_cache(maxsize=16384)
def _html(value: str) -> bytes:
    return _bytes(html.escape(_isolated(_one_line(value), right_to_left=False)))


@lru_cache(maxsize=16384)
def _html_rtl(value: str) -> bytes:
    return _bytes(html.escape(_isolated(_one_line(value), right_to_left=True)))


@lru_cache(maxsize=16384)
def _attribute(value: str) -> bytes:
    return _bytes(html.escape(_one_line(value)))


@lru_cache(maxsize=16384)
def _text(value: str) -> bytes:
    return _bytes(_isolated(_one_line(value), right_to_left=False))


@lru_cache(maxsize=16384)
def _text_rtl(value: str) -> bytes:
    return _bytes(_isolated(_one_line(value), right_to_left=True))


def _address(value: str) -> bytes:
    return _bytes(_one_line(value))


def _url(value: str) -> bytes:
    address = _link(value)
    return address.replace(b"&", b"&amp;").replace(b"'", b"&#x27;") if b"&" in address or b"'" in address else address


@lru_cache(maxsize=16)  # an address mostly stands in several places of one message
def _link(value: str) -> bytes:
    if _PLAIN_ADDRESS.fullmatch(value):
        return value.encode()
    cleaned = _CONTROLS.sub("", value).strip()
    return quote(cleaned, safe=_ADDRESS_SAFE, errors="replace").encode() if _ADDRESS_START.match(cleaned) else b"#"


def _part(value: str) -> bytes:
    cleaned = _one_line(value)
    return quote("" if cleaned in {".", ".."} else cleaned, safe="", errors="replace").encode()


@lru_cache(maxsize=16384)
def _header(value: str) -> bytes:
    """Always encoded words, so that they join with the encoded words around them without a space between."""
    cleaned = _one_line(value).encode("utf-8", "replace").decode()
    return encoded_words(cleaned) or b"=?utf-8?q??="


def _token(value: str) -> bytes:
    return value.encode() if value.isalnum() and value.isascii() else _composed_token(value)


@lru_cache(maxsize=64)  # a date is the same for many
def _composed_token(value: str) -> bytes:
    return _NOT_TOKEN.sub("", value).encode()


def _email(value: str) -> bytes:
    return value.encode() if _EMAIL.fullmatch(value) and "=?" not in value else b"undisclosed-recipients:;"


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
    "header": _header,
    "token": _token,
    "email": _email,
    "address": _address,
}


def encoded_header(text: str) -> bytes:
    """Return a header's text that holds slots: fixed words and slots all encoded, one per line where it is folded."""
    words, end = [], 0
    for found in _MARKER.finditer(text):
        words += [encoded_words(text[end : found.start()]), marker(found[2], "header").encode()]
        end = found.end()
    words.append(encoded_words(text[end:]))
    return b" ".join(word for word in words if word).replace(b" ", b"\r\n ")
