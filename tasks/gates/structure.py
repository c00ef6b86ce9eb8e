"""Structure that a screen reader can follow: headings in steps, tables that say what they are, the date."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from tasks.gates.masking import shown_safely
from tasks.gates.reading import is_hidden, shown
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.sender import use_layout
from tasks.gates.subject import GateSubject
from tasks.gates.titles import first_level, greetings, place_of_heading
from tasks.message_words import dates_told

HEADINGS = "//h1 | //h2 | //h3 | //h4 | //h5 | //h6"
MOST_QUOTED = 12  # words of a cell
LONGEST_HEADING = 12  # words; a bold paragraph that is longer is a sentence to be noticed
LEAST_IN_CAPITALS = 8  # signs; a shorter line may be a pair of abbreviations
UNREAD_HEADING = re.compile(r"^#{2,6}[^\s#]\S*")
OF_LAYOUT = frozenset({"contact", "date", "decision", "label", "logotype", "sender"})
BOLD = re.compile(r"font-weight\s*:\s*(?:bold|bolder|[6-9]00)\b", re.IGNORECASE)
EMPTY_HEADING = re.compile(r"^ {0,3}#{1,6}[\s#]*$|<h([1-6])[^>]*>\s*</h\1>")


@gate("headings")
def headings(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: one heading of the first level, no level skipped, none empty, none that only looks like one."""
    if subject.document is None:
        return
    found = [element for element in subject.select(HEADINGS) if not is_hidden(element)]
    yield from first_level(subject, [element for element in found if element.tag == "h1"])
    yield from _steps(subject, found)
    yield from greetings(subject)
    remedy = subject.say("Write it as a heading: `## ` and then the words.")
    for element in (each for root in subject.roots for each in root.iter("p", "div")):
        words = shown(element)
        if _looks_like_heading(element, words):
            message = subject.say("“{text}” looks like a heading but is only bold text", text=shown_safely(words))
            yield Fault(message, remedy, subject.place(words), sentence=shown_safely(words))
        elif element.tag == "p" and UNREAD_HEADING.match(words):
            message = subject.say("“{text}” is printed as it stands: a heading has a space after #", text=words[:80])
            yield Fault(message, remedy, subject.place(words), sentence=shown_safely(words))


@gate("capitals")
def capitals(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: no short paragraph stands in capitals in the place of a heading: they are hard to read, and no heading."""
    remedy = subject.say("Write it as a heading: `## ` and then the words.")
    for element in (each for root in subject.roots for each in root.iter("p")):
        words = shown(element)
        if element.getnext() is not None and not is_hidden(element) and in_capitals(words):
            message = subject.say("“{text}” looks like a heading but is only capitals", text=shown_safely(words))
            yield Fault(message, remedy, subject.place(words), sentence=shown_safely(words))


@gate("table_structure")
def table_structure(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: a table of data names its columns or rows; a table for the look alone says that it is one."""
    for table in subject.select("//table"):
        if is_hidden(table) or not (wrong := _wrong_with(subject, table)):
            continue
        words = next((text for cell in (*_own(table, "th"), *_own(table, "td")) if (text := shown(cell))), "")
        start = " ".join(words.split()[:MOST_QUOTED])
        yield Fault(*wrong, _place_of(subject, table, start), sentence=shown_safely(start))


@gate("date_present")
def date_present(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5c: every part says when it was written, outside the communicator's own text."""
    if not any(wave.name == subject.wave for wave in subject.brief.waves):
        return
    told = dates_told(subject.brief, subject.wave, subject.language)
    message = subject.say("The date “{date}” is missing", date=told[0])
    lacking = (part for part in subject.frames if not any(date in part for date in told))
    for place in dict.fromkeys(subject.layout("waves", part) for part in lacking):
        yield Fault(message, use_layout(subject, place), place)


def _wrong_with(subject: GateSubject, table: HtmlElement) -> tuple[str, str] | None:
    """Say what a table lacks and how to mend it; None where a screen reader can read it as it is meant."""
    headers = [text for cell in _own(table, "th") if (text := shown(cell))]
    if table.get("role") in {"presentation", "none"}:
        remedy = subject.say("Take `role` away from the table, so that its headers are read.")
        wrong = subject.say("A table of data is marked as one for the look alone")
        return (wrong, remedy) if headers or _own(table, "caption") else None
    if headers:
        unnamed = _unnamed_column(table)
        remedy = subject.say("Name every column in the table's first row.")
        return (subject.say("A column of a table has no header"), remedy) if unnamed else None
    if _is_layout(table):
        remedy = subject.say('Write `role="presentation"` on the table.')
        return subject.say("A table for the look alone is not marked as one"), remedy
    return subject.say("A table has no header cells"), subject.say("Name every column in the table's first row.")


def _unnamed_column(table: HtmlElement) -> bool:
    """Tell whether a column with words has an empty cell for its header; a corner above row names may be empty."""
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    cells = [[cell for cell in row if cell.tag in {"th", "td"}] for row in rows]
    if not cells or any(cell.tag != "th" or cell.get("colspan") for cell in cells[0]):
        return False
    named = [bool(shown(cell) or any(image.get("alt") for image in cell.iter("img"))) for cell in cells[0]]
    if not named[0] and len(named) > 2 and all(named[1:]):
        return False
    return any(
        not names and any(len(row) > at and row[at].tag == "td" and shown(row[at]) for row in cells[1:])
        for at, names in enumerate(named)
    )


def _place_of(subject: GateSubject, table: HtmlElement, start: str) -> tuple[str, int]:
    """Return where a table was written: its first row with words in Markdown, or its tag in the own template."""
    if not any(root in table.iterancestors() for root in subject.select("//*[@data-body]")):
        return subject.markup_place(table)
    cells = [shown(cell) for row in table.iter("tr") if shown(row) for cell in row]
    first = [words for words in cells[: len(next(table.iter("tr")))] if words]
    for name in subject.written:
        for number, line in subject.numbered(name) if name.endswith(".md") else ():
            if "|" in line and first and all(words in line for words in first):
                return name, number
    return subject.place(start or "<table")


def _steps(subject: GateSubject, found: list[HtmlElement]) -> Iterator[Fault]:
    before = 1
    first = next((element for element in found if element.tag == "h1"), None)
    if first is not None and found[0] is not first:
        message = subject.say("The heading of the first level, “{text}”, comes after others", text=shown(first))
        remedy = subject.say("Begin with it, or write `##` before it.")
        yield Fault(message, remedy, place_of_heading(subject, first), sentence=shown_safely(shown(first)))
    for element in found:
        level, words = int(element.tag[1]), shown(element)
        if not words and not any(image.get("alt") for image in element.iter("img")):
            remedy = subject.say("Write the heading, or take the line away.")
            yield Fault(subject.say("A heading is empty"), remedy, _empty_heading(subject))
        elif level > before + 1:
            message = subject.say(
                "The heading “{text}” skips a level: {level} after {before}", text=words, level=level, before=before
            )
            remedy = subject.say("Write `{signs}` before the heading.", signs="#" * (before + 1))
            yield Fault(message, remedy, place_of_heading(subject, element), sentence=shown_safely(words))
        before = level


def _empty_heading(subject: GateSubject) -> tuple[str, int]:
    for name in subject.written:
        for number, line in enumerate(subject.lines(name), start=1):
            if EMPTY_HEADING.search(line) and name != "campaign.yaml":
                return name, number
    return subject.source, 1


def in_capitals(words: str) -> bool:
    """Tell whether a short paragraph is written in capitals as a whole, abbreviations aside."""
    written = words.split()
    return words.isupper() and 1 < len(written) <= LONGEST_HEADING and sum(map(len, written)) >= LEAST_IN_CAPITALS


def _looks_like_heading(element: HtmlElement, words: str) -> bool:
    """Tell whether a short paragraph is bold as a whole and introduces what follows; a bold sentence is none."""
    of_layout = OF_LAYOUT.intersection(element.get("class", "").split())
    if not words or len(words.split()) > LONGEST_HEADING or words[-1] in ".!…" or of_layout or is_hidden(element):
        return False
    children = [child for child in element if isinstance(child.tag, str)]
    whole = len(children) == 1 and not (element.text or "").strip() and not (children[0].tail or "").strip()
    bold = bool(BOLD.search(element.get("style", ""))) and not any(child.tag in {"p", "div"} for child in children)
    if whole:
        only = children[0]
        bold = bold or only.tag in {"strong", "b"} or (only.tag == "span" and bool(BOLD.search(only.get("style", ""))))
        bold = bold or (only.tag == "em" and [child.tag for child in only] == ["strong"] and not only.text)
    return bold and element.getnext() is not None and element.getparent().tag not in {"li", "td", "th", "blockquote"}


def _own(table: HtmlElement, tag: str) -> list[HtmlElement]:
    """Return the cells of a table that are not cells of a table inside it."""
    return [cell for cell in table.iter(tag) if next(cell.iterancestors("table")) is table]


def _is_layout(table: HtmlElement) -> bool:
    """Tell a table for the look from one of data: one cell in a row, or whole blocks and tables in its cells."""
    rows = [len(row) for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    inner = {element.tag for cell in _own(table, "td") for element in cell.iter() if element is not cell}
    return max(rows, default=0) <= 1 or bool(inner & {"table", "div", "h1", "h2", "h3", "p", "main", "section"})
