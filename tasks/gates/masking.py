"""A text as a finding may show it, on pages and in stored results: without numbers that may be somebody's."""

import re

FOREIGN = "\ufffc"
"""Stands in the place of words that are marked as another language than the text's."""
LONG_NUMBER = re.compile(r"\d(?:[\s+./\u2010-\u2212-]*\d){5,}")
QUOTED_WORDS = 8
LONGEST = 300  # characters


def masked(text: str) -> str:
    """Return a sentence without long numbers, which may be somebody's, and without marks for what was left out."""
    return " ".join(LONG_NUMBER.sub("…", text.replace(FOREIGN, "…")).split())


def quote(text: str) -> str:
    """Return the beginning of a text without long numbers, for a message that may be stored."""
    words = masked(text).split()
    return " ".join(words[:QUOTED_WORDS]) + (" …" if len(words) > QUOTED_WORDS else "")


def shown_safely(text: str) -> str:
    """Return a text without long numbers, and not longer than a message can hold."""
    safe = masked(text)
    return safe if len(safe) <= LONGEST else safe[: LONGEST - 2].rsplit(" ", 1)[0] + " …"
