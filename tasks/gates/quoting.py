"""The words that a fault stands in, as a finding may show them."""

import re

from tasks.gates.readability import sentences
from tasks.gates.subject import GateSubject

LONG_NUMBER = re.compile(r"\d[\d+\- ]{4,}\d")
LONGEST = 300  # characters


def sentence_with(subject: GateSubject, excerpt: str) -> str:
    """Return the sentence, heading or list item that an excerpt stands in; empty where it stands in none."""
    wanted = " ".join(excerpt.split())
    if not wanted:
        return ""
    blocks = (*subject.body, *subject.blocks, subject.subject)
    holding = next((block for block in blocks if wanted in block), "")
    return shown_safely(next((each for each in sentences([holding]) if wanted in each), holding))


def shown_safely(text: str) -> str:
    """Return a text without long numbers, which may be somebody's, and not longer than a message can hold."""
    safe = LONG_NUMBER.sub("…", " ".join(text.split()))
    return safe if len(safe) <= LONGEST else safe[: LONGEST - 2].rsplit(" ", 1)[0] + " …"
