"""What a gate looks at: one variant as its reader sees it, and the places its words were written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import lxml.html
from babel.numbers import format_decimal
from lxml.html import HtmlElement

from campaigns.brief import Brief
from campaigns.language import translations

WORD = re.compile(r"[^\W_]+(?:(?:[-'’:]|[\u064b-\u0652]+)[^\W_]+)*")  # Arabic vowel signs stand inside words
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?<![-\w])(?:width|height)\s*:\s*0(?:px)?\s*(?:;|$)")
NOT_READ = frozenset({"head", "style", "script", "template", "title"})
BLOCKS = frozenset({
    "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "section", "table", "td", "th", "tr", "ul",
})  # fmt: skip
MOST_WORDS = 60  # of an excerpt that is looked for; its length counts cubed
BRIEF_FILE = "campaign.yaml"
INCLUDED = re.compile(r"{%[-+]?\s*include\s+[\"']([\w.-]+)[\"']")
SHORT_TEXT = frozenset({"sms"})
"""Channels too short for all that a message says: the layout's lines, below the first empty one, say it in short."""


@dataclass(frozen=True)
class GateSubject:
    """One variant with its slots filled by their defaults.

    ``folder`` is the campaign's and ``source`` the text file there that the variant was made from; ``reader`` is the
    language in which faults are described. ``personal_addresses`` are the links that hold a slot, which stands in them
    as ‹name›; that to unsubscribe is not among them.
    """

    brief: Brief
    folder: Path
    source: str
    wave: str
    channel: str
    language: str
    subject: str
    text: str
    html: str
    facts: Mapping[str, str] = field(default_factory=dict)
    reader: str = "en"
    personal_addresses: tuple[str, ...] = ()

    def say(self, message: str, **values: object) -> str:
        """Return a message in the reader's language with its values put in; numbers are written as there."""
        written = {
            name: format_decimal(value, "#,##0.#", locale=self.reader) if isinstance(value, int | float) else value
            for name, value in values.items()
        }
        return translations(self.reader).gettext(message).format(**written)

    @cached_property
    def document(self) -> HtmlElement | None:
        """The HTML part as a tree; None where the channel has none."""
        return lxml.html.document_fromstring(self.html) if self.html.strip() else None

    @cached_property
    def seen(self) -> str:
        """The words that the HTML part shows, white space collapsed; empty where the channel has none."""
        return "" if self.document is None else shown(self.document)

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Each part that stands alone before its reader: the plain text and, where there is one, the HTML."""
        return tuple(_collapsed(part) for part in (self.text, self.seen) if part.strip())

    @cached_property
    def body(self) -> tuple[str, ...]:
        """The paragraphs, headings and list items that the communicator wrote, without what the layout adds."""
        if self.document is None:
            paragraphs = tuple(_collapsed(part) for part in re.split(r"\n\s*\n", self.text) if part.strip())
            return paragraphs[:1] if self.channel in SHORT_TEXT else paragraphs
        return tuple(block for root in self.roots for block in _blocks(root))

    @cached_property
    def roots(self) -> list[HtmlElement]:
        """The elements of the HTML part that hold the communicator's words, or the whole where none is marked so."""
        whole = [] if self.document is None else [self.document]
        return self.select("//*[@data-body]") or self.select("//main | //*[@role='main']") or whole

    @cached_property
    def blocks(self) -> tuple[str, ...]:
        """Every paragraph, heading and list item that the HTML part shows, with what the layout adds."""
        return () if self.document is None else tuple(_blocks(self.document))

    def select(self, path: str) -> list[HtmlElement]:
        """Return the elements of the HTML part that an XPath names; none where the channel has no HTML."""
        return [] if self.document is None else list(self.document.xpath(path))

    def place(self, excerpt: str) -> tuple[str, int]:
        """Return file and line where an excerpt was written: in the text, its template or the brief, else the top."""
        for find in (_exact_line, line_of):
            for name in self.written:
                if line := find(self.lines(name), excerpt):
                    return name, line
        return self.source, 1

    @cached_property
    def written(self) -> tuple[str, ...]:
        """The files that a variant's words may stand in: its text, what that includes, its own templates, the brief."""
        included = INCLUDED.findall("\n".join(self.lines(self.source)))
        templates = sorted(path.name for path in self.folder.glob(f"{self.channel}.*.j2"))
        return tuple(dict.fromkeys((self.source, *included, *templates, BRIEF_FILE)))

    def key(self, name: str) -> tuple[str, int]:
        """Return file and line of a key of the brief, such as ``sender``; line 1 where the brief lacks it."""
        lines = self.lines(BRIEF_FILE)
        found = (number for number, line in enumerate(lines, start=1) if line.startswith(f"{name}:"))
        return BRIEF_FILE, next(found, 1)

    def field(self, name: str) -> list[tuple[int, str]]:
        """Return the numbered lines of a field of the text's front matter, such as ``sms``; none where it lacks it."""
        found: list[tuple[int, str]] = []
        for number, line in self.numbered(self.source):
            if line.startswith(f"{name}:") or (found and line[:1] in (" ", "\t")):
                found.append((number, line))
            elif found:
                break
        return found

    def numbered(self, name: str) -> list[tuple[int, str]]:
        """Return the numbered lines of a file of the campaign."""
        return list(enumerate(self.lines(name), start=1))

    def lines(self, name: str) -> list[str]:
        """Return the lines of a file in the campaign's folder; none where there is no such file."""
        path = self.folder / name
        return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def shown(element: HtmlElement, *, but: str = "") -> str:
    """Return the words that a reader sees in an element, white space collapsed, blocks kept apart.

    ``but`` is an attribute: what stands in elements that have it is left out.
    """
    return _collapsed("".join(_fragments(element, but)))


def is_hidden(element: HtmlElement) -> bool:
    """Tell whether an element or one around it is hidden from its reader."""
    return any(_hides(ancestor) for ancestor in (element, *element.iterancestors()))


def line_of(lines: list[str], excerpt: str) -> int:
    """Return the number of the line where an excerpt stands, 0 where it does not.

    The longest run of the excerpt's words decides, because mark-up, branches and slots stand between them.
    """
    if number := _exact_line(lines, excerpt):
        return number
    words = [word.casefold() for word in WORD.findall(excerpt)][:MOST_WORDS]
    numbered = [(word.casefold(), number) for number, line in enumerate(lines, start=1) for word in WORD.findall(line)]
    written = [word for word, _ in numbered]
    fewest = min(len(words), 2 if len(words) <= 5 else 3)
    for size in range(len(words), max(0, fewest - 1), -1):
        for start in range(len(words) - size + 1):
            found = _position(written, words[start : start + size])
            if found is not None:
                return numbered[found][1]
    return 0


def _exact_line(lines: list[str], excerpt: str) -> int:
    return next((number for number, line in enumerate(lines, start=1) if excerpt and excerpt in line), 0)


def _position(written: list[str], words: list[str]) -> int | None:
    size = len(words)
    starts = (start for start, word in enumerate(written) if word == words[0])
    return next((start for start in starts if written[start : start + size] == words), None)


def _hides(element: HtmlElement) -> bool:
    return "hidden" in element.attrib or bool(HIDDEN.search(element.get("style", "").lower()))


def _fragments(element: HtmlElement, but: str = "") -> list[str]:
    if (
        not isinstance(element.tag, str)
        or element.tag in NOT_READ
        or _hides(element)
        or element.get(but or "-") is not None
    ):
        return []
    gap = " " if element.tag in BLOCKS else ""
    inner = [element.text or ""]
    for child in element:
        inner += [*_fragments(child, but), child.tail or ""]
    return [gap, *inner, gap]


def _blocks(root: HtmlElement) -> list[str]:
    """Cut an element into its innermost blocks: text that stands beside blocks becomes a block of its own."""
    if not isinstance(root.tag, str) or root.tag in NOT_READ or _hides(root):
        return []
    blocks, loose = [], root.text or ""
    for child in root:
        if isinstance(child.tag, str) and any(element.tag in BLOCKS for element in child.iter()):
            blocks += [loose, *_blocks(child)]
            loose = child.tail or ""
        else:
            loose += "".join(_fragments(child)) + (child.tail or "")
    return [_collapsed(block) for block in [*blocks, loose] if block.strip()]


def _collapsed(text: str) -> str:
    return " ".join(text.split())
