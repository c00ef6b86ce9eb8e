"""A text as a finding may show it, on pages and in stored results: without numbers that may be somebody's."""

import re
import unicodedata

FOREIGN = "\ufffc"
"""Stands in the place of words that are marked as another language than the text's."""
NUMBER = re.compile(r"\d(?:[\s+./:_\u2010-\u2212-]*\d){9,}")
"""Ten digits or more, whatever divides them; a personal number has no fewer."""
BORN = re.compile(r"(?:18|19|20)?\d{2}(?:0[1-9]|1[0-2])(?:[06][1-9]|[1278]\d|[39][01])\d{4}")
"""Digits of a personal or coordination number: century, year, month, day (of the latter plus 60), four digits."""
LONGEST_KNOWN = 12  # digits that are written together
QUOTED_WORDS = 8
LONGEST = 300  # characters


def masked(text: str) -> str:
    """Return a sentence without numbers that may be somebody's, and without marks for what was left out.

    Telephone, registry and other numbers that the city publishes stay, so that the sentence can be found.
    """
    return " ".join(NUMBER.sub(_kept, text.replace(FOREIGN, "…")).split())


def _kept(found: re.Match[str]) -> str:
    groups = [_ascii(group) for group in re.findall(r"\d+", found[0])]
    spans = (groups[start : start + size] for start in range(len(groups)) for size in range(1, LONGEST_KNOWN + 1))
    return "…" if any(map(_may_be_a_persons, spans)) else found[0]


def _may_be_a_persons(groups: list[str]) -> bool:
    """Tell whether groups of digits may together be a personal number.

    A telephone number begins with 0 and ends in groups of two or three, a personal number in one of four.
    """
    digits = "".join(groups)
    written_as_telephone = len(groups) > 1 and len(groups[-1]) != len("3234") and max(map(len, groups)) > 1
    telephone = digits.startswith("0") and written_as_telephone
    return bool(BORN.fullmatch(digits) and not telephone) or len(groups[0]) > LONGEST_KNOWN


def _ascii(digits: str) -> str:
    return "".join(str(unicodedata.decimal(digit)) for digit in digits)


def quote(text: str) -> str:
    """Return the beginning of a text without numbers that may be somebody's, for a message that may be stored."""
    words = masked(text).split()
    return " ".join(words[:QUOTED_WORDS]) + (" …" if len(words) > QUOTED_WORDS else "")


def shown_safely(text: str) -> str:
    """Return a text without numbers that may be somebody's, and not longer than a message can hold."""
    safe = masked(text)
    return safe if len(safe) <= LONGEST else safe[: LONGEST - 2].rsplit(" ", 1)[0] + " …"
