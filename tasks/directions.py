"""Words and numbers that run from left to right, kept as written in a text that runs the other way."""

import re

from campaigns.language import direction
from tasks import escapes

LEFT_TO_RIGHT, ENDED = "\u2066", "\u2069"
# Not after what stands before digits in an address, such as tel:08-465-004-12, which must stay as it is.
_TELEPHONE = re.compile(r"(?<![\w/+:=.?&%#-])\+?\d{1,4}(?:[ \N{NO-BREAK SPACE}-]\d{2,4}){2,5}(?![\w/-])")


def isolated(value: str, language: str) -> str:
    """Return a value of the brief as it stands in a text of this language."""
    return escapes.isolated(value, right_to_left=True) if direction(language) == "rtl" else value


def telephones_whole(text: str, language: str, *, in_text_message: bool = False) -> str:
    """Return the text with no telephone number broken over lines, nor its groups in the order of the words around.

    In a text message its own spaces stay: one that holds a line together leaves room for 70 characters, not 160.
    """
    space = " " if in_text_message else "\N{NO-BREAK SPACE}"
    before, after = (LEFT_TO_RIGHT, ENDED) if direction(language) == "rtl" else ("", "")
    return _TELEPHONE.sub(lambda found: before + found[0].replace(" ", space) + after, text)
