"""A text as its patterns are written: without the vowel signs of Arabic, and with straight apostrophes."""

import re

VOWEL_SIGNS = re.compile("[\u064b-\u0652\u0640]")


def without_signs(text: str) -> tuple[str, list[int]]:
    """Return a text without vowel signs and with straight apostrophes, and where each character and the end stood."""
    kept = [(number, "'" if sign in "’ʼ‘" else sign) for number, sign in enumerate(text) if not VOWEL_SIGNS.match(sign)]
    return "".join(sign for _, sign in kept), [*(number for number, _ in kept), len(text)]
