"""The title of a page: one heading of the first level, which comes first and greets nobody."""

import re
from collections.abc import Iterator
from itertools import takewhile

from lxml.html import HtmlElement

from tasks.gates.masking import shown_safely
from tasks.gates.reading import shown
from tasks.gates.registry import Fault
from tasks.gates.subject import GateSubject

MARKED = re.compile(r"\]\([^)]*\)|[\[*_`]|\{%.*?%\}")
GREETING = re.compile(r" {0,3}#\s[^{]*\{\{")  # whom the text speaks to, or another value of theirs
LONGEST_GREETING = 6  # words
LOWER = frozenset({"h2", "h3", "h4", "h5", "h6"})
WORDED = frozenset({"p", "li", "td"})


def first_level(subject: GateSubject, found: list[HtmlElement]) -> Iterator[Fault]:
    """Yield a page without a heading of the first level, each one too many, and one that comes below the text."""
    remedy = subject.say("Let the page have one heading of the first level; begin the others with `##`.")
    if not found:
        own = subject.layout("heading")
        place = own if own[0].endswith(".j2") else (subject.source, 1)
        yield Fault(subject.say("There is no heading of the first level"), remedy, place)
    for extra in found[1:]:
        message = subject.say("There is more than one heading of the first level: “{text}”", text=shown(extra))
        yield Fault(message, remedy, place_of_heading(subject, extra), sentence=shown_safely(shown(extra)))
    for title in found[:1]:
        if _is_below_words(subject, title):
            message = subject.say("“{text}” takes the place of the message's title", text=shown_safely(shown(title)))
            yield Fault(
                message, subject.say("Begin with it, or write `##` before it."), place_of_heading(subject, title),
                sentence=shown_safely(shown(title)),
            )  # fmt: skip


def _is_below_words(subject: GateSubject, title: HtmlElement) -> bool:
    """Tell whether more than a greeting stands above a heading in the communicator's own words."""
    root = next((each for each in subject.roots if each in title.iterancestors()), None)
    if root is None:
        return False
    above = list(takewhile(lambda element: element is not title, root.iter("*")))
    if any(element.tag in LOWER for element in above):
        return False  # told where headings are to come in steps
    return any(element.tag in WORDED and len(shown(element).split()) > LONGEST_GREETING for element in above)


def greetings(subject: GateSubject) -> Iterator[Fault]:
    """Yield each greeting written as a heading of the first level: it stands in the place of the message's title."""
    remedy = subject.say("Take `#` away from the greeting, so that the title is shown.")
    for number, line in subject.numbered(subject.source):
        if GREETING.match(line):
            words = shown_safely(line.strip("# "))
            message = subject.say("“{text}” takes the place of the message's title", text=words)
            yield Fault(message, remedy, (subject.source, number), sentence=words)


def place_of_heading(subject: GateSubject, heading: HtmlElement) -> tuple[str, int]:
    """Return the line that is this heading, of its level and with its words alone; else where the words stand."""
    signs, words = "#" * int(heading.tag[1]), shown(heading)
    for name in (each for each in subject.written if each.endswith(".md")):
        for number, line in subject.numbered(name):
            written = MARKED.sub("", line).strip()
            if written.startswith(f"{signs} ") and " ".join(written.strip("# ").split()) == words:
                return name, number
    return subject.place(f"{signs} {words}")
