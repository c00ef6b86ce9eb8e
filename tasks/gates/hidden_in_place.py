"""Elements that a campaign's own template hides in their own tag, with what nobody is shown in them."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from tasks.gates.readability import PREHEADER
from tasks.gates.reading import HIDDEN, NOT_READ, collapsed
from tasks.gates.subject import GateSubject

ALIKE = 20  # signs of an element's words that its line must hold
PART = re.compile(r"[^;]+")


def hidden_in_place(subject: GateSubject) -> Iterator[tuple[str, str]]:
    """Yield each style by which an element's own tag hides it, with the words that it holds.

    The preheader is hidden by intent: mail programs show it beside the subject line.
    """
    preheader = subject.select(PREHEADER)[:1]
    for element in subject.select("//body//*[contains(@style, ':')]"):
        if element in preheader or element.tag in NOT_READ or not (found := HIDDEN.search(_style(element))):
            continue
        words = collapsed(element.text_content())
        if any(sign.isalnum() for sign in words) or next(element.iter("img"), None) is not None:
            start = found.start()
            yield next(part[0].strip() for part in PART.finditer(_style(element)) if part.end() > start), words


def place_of_hidden(subject: GateSubject, own: str, style: str, words: str) -> tuple[str, int]:
    """Return the line of the own template that writes a style, the one with the words that it hides before others."""
    bare = style.replace(" ", "")
    lines = [(number, line) for number, line in subject.numbered(own) if bare in line.lower().replace(" ", "")]
    alike = [number for number, line in lines if words and words[:ALIKE] in line]
    others = [number for number, line in lines if "preheader" not in line]
    return own, next(iter(alike or others), 1)


def _style(element: HtmlElement) -> str:
    return str(element.get("style", "")).lower()
