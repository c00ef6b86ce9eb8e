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
from tasks.gates.markup import line_of_element, words_of_template
from tasks.gates.reading import (
    blocks_of,
    collapsed,
    paragraphs_of,
    shown,
)
from tasks.gates.style_rules import Circumstances, applied, rules_of
from tasks.gates.written import Written

BLOCK_OF = {"sender": "sender", "decision": "heading", "contact": "facts", "waves": "facts"}
"""The block of the shared layouts that prints what a key of the brief says."""
SHORT_TEXT = frozenset({"sms"})
"""Channels too short for all that a message says: the layout's lines, below the first empty one, say it in short."""


@dataclass(frozen=True)
class GateSubject(Written):
    """One variant with its slots filled by their defaults.

    ``folder`` is the campaign's and ``source`` the text file there that the variant was made from; ``reader`` is the
    language in which faults are described. ``personal_addresses`` are the links that hold a slot, which stands in them
    as ‹name›; that to unsubscribe is not among them. ``variant`` is the text's id where it is stored.
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
    variant: str = ""
    included: tuple[str, ...] | None = None

    def say(self, message: str, **values: object) -> str:
        """Return a message in the reader's language with its values put in; numbers are written as there."""
        written = {
            name: format_decimal(value, "#,##0.#", locale=self.reader) if isinstance(value, int | float) else value
            for name, value in values.items()
        }
        return translations(self.reader).gettext(message).format(**written)

    @cached_property
    def document(self) -> HtmlElement | None:
        """The HTML part as a tree, what a style rule hides marked as hidden; None where the channel has none."""
        if not self.html.strip():
            return None
        document = lxml.html.document_fromstring(self.html)
        styles = applied(document, rules_of(document), Circumstances(dark=False, narrow=False))
        for element, declared in styles.items():
            if declared.get("display") == "none" or declared.get("visibility") == "hidden":
                element.set("hidden", "")
        return document

    @cached_property
    def seen(self) -> str:
        """The words that the HTML part shows, white space collapsed; empty where the channel has none."""
        return "" if self.document is None else shown(self.document)

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Each part that stands alone before its reader: the plain text and, where there is one, the HTML."""
        return tuple(collapsed(part) for part in (self.text, self.seen) if part.strip())

    @cached_property
    def frames(self) -> tuple[str, ...]:
        """Each part that stands alone, the HTML without the communicator's own words: what a template must print."""
        around = "" if self.document is None else shown(self.document, but="data-body")
        html = [] if self.document is None else [collapsed(around)]  # also where it is empty: then it lacks all
        return (*(collapsed(part) for part in (self.text,) if part.strip()), *html)

    @cached_property
    def paragraphs(self) -> tuple[str, ...]:
        """The paragraphs of the plain text."""
        return tuple(paragraphs_of(self.text))

    @cached_property
    def body(self) -> tuple[str, ...]:
        """The paragraphs, headings and list items that the communicator wrote, without what the layout adds."""
        if self.document is None:
            return self.paragraphs[:1] if self.channel in SHORT_TEXT else self.paragraphs
        return tuple(dict.fromkeys((*(block for root in self.roots for block in blocks_of(root)), *self.own_words)))

    @cached_property
    def own_words(self) -> tuple[str, ...]:
        """The paragraphs that the campaign's own templates write beside the text, as its reader sees them."""
        written = {
            kind: words_of_template("\n".join(self.lines(f"{self.channel}.{kind}.j2"))) for kind in ("html", "txt")
        }
        around = [] if self.document is None else blocks_of(self.document, but="data-body")
        found = [*(block for block in around if written["html"].print(block)),
                 *(block for block in self.paragraphs if written["txt"].print(block))]  # fmt: skip
        return tuple(dict.fromkeys(found))

    @cached_property
    def roots(self) -> list[HtmlElement]:
        """The elements of the HTML part that hold the communicator's words, or the whole where none is marked so."""
        whole = [] if self.document is None else [self.document]
        return self.select("//*[@data-body]") or self.select("//main | //*[@role='main']") or whole

    @cached_property
    def blocks(self) -> tuple[str, ...]:
        """Every paragraph, heading and list item that the HTML part shows, with what the layout adds."""
        return () if self.document is None else tuple(blocks_of(self.document))

    def select(self, path: str) -> list[HtmlElement]:
        """Return the elements of the HTML part that an XPath names; none where the channel has no HTML."""
        return [] if self.document is None else list(self.document.xpath(path))

    def markup_place(self, element: HtmlElement) -> tuple[str, int]:
        """Return where an element of the HTML part stands in the campaign's own template; else the top of the text."""
        name = f"{self.channel}.html.j2"
        template = "\n".join(self.lines(name))
        line = line_of_element(template, element, self.select(f"//{element.tag}")) if template else 0
        return (name, line) if line else (self.source, 1)

    def layout(self, key: str, part: str = "") -> tuple[str, int]:
        """Return where what a layout prints in a part is mended: the campaign's own template, else the brief's key."""
        own = f"{self.channel}.{'txt' if part and part == collapsed(self.text) else 'html'}.j2"
        if not (self.folder / own).is_file():
            return self.key(key)
        replaced = re.compile(rf"{{%[-+]?\s*block\s+{BLOCK_OF.get(key, key)}\b")
        return own, next((number for number, line in self.numbered(own) if replaced.search(line)), 1)
