"""How many parts a text message takes, and which characters make it long: counting only, nothing is ever replaced.

The alphabets and sizes are those of 3GPP TS 23.038 and TS 23.040: 160 characters of GSM-7, or 153 in each of several
parts; 70 units of UCS-2, or 67. A character of the extension table takes two places in GSM-7, one outside the basic
plane takes two units in UCS-2, and neither pair is split over two parts. One character outside GSM-7 makes the whole
message UCS-2.
"""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from smsutil import gsm_split, unicode_split
from smsutil.codecs import GSM_CHARSET

GSM = frozenset(GSM_CHARSET) - {"\x1b"}  # the library counts the escape itself as a character
GSM_LETTERS = frozenset(character for character in GSM if character.isalpha())
PLAIN = {
    "\N{EN DASH}": "-", "\N{EM DASH}": "-", "\N{HYPHEN}": "-", "\N{NON-BREAKING HYPHEN}": "-", "\N{MINUS SIGN}": "-",
    "\N{HORIZONTAL BAR}": "-", "\N{FIGURE DASH}": "-",
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"', "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{DOUBLE LOW-9 QUOTATION MARK}": '"', "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
    "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
    "\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{SINGLE LOW-9 QUOTATION MARK}": "'", "\N{ACUTE ACCENT}": "'", "\N{GRAVE ACCENT}": "'",
    "\N{HORIZONTAL ELLIPSIS}": "...", "\N{BULLET}": "-", "\N{MIDDLE DOT}": "-", "\N{MULTIPLICATION SIGN}": "x",
    "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "\N{THIN SPACE}": " ", "\N{SOFT HYPHEN}": "",
    "\N{ZERO WIDTH SPACE}": "", "\N{TRADE MARK SIGN}": "", "\N{COPYRIGHT SIGN}": "", "\N{REGISTERED SIGN}": "",
}  # fmt: skip
"""Signs with a plain one that says the same; empty where the sign can be left out. Letters have none, on purpose."""
LEFT_OUT = frozenset({"So", "Sk", "Cf"})  # pictures and their modifiers


@dataclass(frozen=True)
class Count:
    """A message's alphabet, its parts and the characters, each once in order, that forced UCS-2."""

    alphabet: Literal["GSM-7", "UCS-2"]
    parts: int
    forcing: tuple[str, ...]


def count(text: str) -> Count:
    """Return alphabet, parts (from 1) and forcing characters of a text as it would be sent."""
    forcing = tuple(dict.fromkeys(character for character in text if character not in GSM))
    if forcing:
        return Count("UCS-2", len(unicode_split(text).parts), forcing)
    return Count("GSM-7", len(gsm_split(text).parts) if text else 1, ())


def replaceable(forcing: tuple[str, ...]) -> dict[str, str]:
    """Return what an author can write in the place of each forcing character, empty for leaving it out.

    Nothing where that would not help: a single letter outside GSM-7 keeps the message UCS-2, and no letter is replaced.
    """
    found = {character: _instead(character) for character in forcing}
    return {} if None in found.values() else {character: plain or "" for character, plain in found.items()}


def named(character: str) -> str:
    """Return a character as a person can find it, such as ``– (U+2013 EN DASH)``."""
    name = unicodedata.name(character, "").strip()
    code = f"U+{ord(character):04X} {name}".strip()
    return f"{character} ({code})" if unicodedata.category(character)[0] in "LNPS" else code


def _instead(character: str) -> str | None:
    if character in PLAIN:
        return PLAIN[character]
    is_picture = unicodedata.category(character) in LEFT_OUT or character == "\N{VARIATION SELECTOR-16}"
    return "" if is_picture else None
