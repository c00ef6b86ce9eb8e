"""Words that run from left to right in a text that runs from right to left, kept apart so that they read as written."""

import re

from campaigns.language import direction
from tasks import escapes

LEFT_TO_RIGHT, ENDED = "\u2066", "\u2069"
_TELEPHONE = re.compile(r"(?<![\w/+-])\+?\d{1,4}(?:[ \N{NO-BREAK SPACE}-]\d{2,4}){2,5}(?![\w/-])")


def isolated(value: str, language: str) -> str:
    """Return a value of the brief as it stands in a text of this language."""
    return escapes.isolated(value, right_to_left=True) if direction(language) == "rtl" else value


def telephones_isolated(text: str, language: str) -> str:
    """Return the text with each telephone number kept in its order; between Arabic words its groups change places."""
    if direction(language) == "ltr":
        return text
    return _TELEPHONE.sub(lambda found: f"{LEFT_TO_RIGHT}{found[0]}{ENDED}", text)
