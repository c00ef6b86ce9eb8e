"""Slots: the places of a finished text where one person's values are joined in, as plain bytes.

A text is rendered once per variant and never again. What differs per person stands in it as a *marker* that names the
slot and its place. :func:`parse` splits the bytes at the markers once; :meth:`Template.fill` escapes each value for its
place (:mod:`tasks.escapes`) and joins. Values are never parsed again, so a value that looks like a marker is printed as
it is written.
"""

import re
from collections.abc import Collection, Mapping
from urllib.parse import quote

from campaigns.errors import InputError
from tasks.escapes import ESCAPES, encoded_words

BUILT_IN = ("first_name", "last_name", "recipient", "message_id", "unsubscribe_url", "date")
"""Slots every person has; ``date`` is the date of an e-mail header (RFC 5322), ``recipient`` an e-mail address."""
POSTAL = ("address_name", "street", "apartment", "postcode", "city")
"""Slots of a letter's address block; ``apartment`` is printed after the street, such as ``lgh 1202``, or empty."""

UNSUBSCRIBE = "unsubscribe_url"
MARKER_SIGN = "QZSLOT"
_MARKER = re.compile(rf"{MARKER_SIGN}([a-z_]*)Q([a-z][a-z0-9_]*)QZ")
_ADDRESSES = re.compile(rf"(?:(?:https?:|mailto:|tel:|//)[^\s\"'<>]*)?{MARKER_SIGN}(?:url|link|part)Q[^\s\"'<>]*")
_MARKER_BYTES = re.compile(_MARKER.pattern.encode())


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


def personal_addresses(printed: str) -> tuple[str, ...]:
    """Return the addresses in a text that differ per person, readable; that to unsubscribe is none of them."""
    found = (address for address in _ADDRESSES.findall(printed) if set(named_in(address)) - {UNSUBSCRIBE})
    return tuple(dict.fromkeys(readable(address) for address in found))


def readable(text: str) -> str:
    """Return the text for a reader, with every unfilled slot as ‹name›."""
    return _MARKER.sub(lambda found: f"‹{found[2]}›", text)


def left_over(text: str, known: Collection[str]) -> str:
    """Return what stands in a text like a slot's marker, or a part of one, and is none; empty where nothing does."""
    for found in _MARKER.finditer(text):
        if found[2] not in known or (found[1] and found[1] not in ESCAPES):
            return MARKER_SIGN
    part = re.search(MARKER_SIGN, readable(text), re.IGNORECASE)
    return part[0] if part else ""


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


def encoded_header(text: str) -> bytes:
    """Return a header's text that holds slots: fixed words and slots all encoded, one per line where it is folded."""
    words, end = [], 0
    for found in _MARKER.finditer(text):
        words += [encoded_words(text[end : found.start()]), marker(found[2], "header").encode()]
        end = found.end()
    words.append(encoded_words(text[end:]))
    return b" ".join(word for word in words if word).replace(b" ", b"\r\n ")
