"""Employees' own stories (S7): each in files of its own, ``story.<name>.<language>.md``, which texts include."""

import re
from collections.abc import Iterable

from campaigns.brief import Brief

FILE = re.compile(r"^story\.([a-z][a-z0-9_]*)\.[A-Za-z0-9-]+\.md$")
INCLUDED = re.compile(r"""\binclude\s+["'](story\.[^"'\n]*)["']""")


def story_of(part: str) -> str | None:
    """Return the name of the story that a file holds; None for a file that is no story."""
    found = FILE.match(part)
    return found[1] if found else None


def consents_of(brief: Brief, parts: Iterable[str]) -> tuple[str, ...]:
    """Return the references of the consents that a text made of these parts rests on, each once."""
    told = {story_of(part) for part in parts}
    return tuple(dict.fromkeys(story.consent for story in brief.stories if story.name in told))
