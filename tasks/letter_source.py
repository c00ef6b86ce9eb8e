"""The printed letter as a typst document, made from the letter's HTML, so that both say the same words in one order.

A document has two parts: what is the same for everybody who gets the text, and after :data:`DIVIDER` one call with the
values of one recipient. A batch of letters is the first part once and the second part once per recipient. Every text is
a string literal of typst, in which nothing is markup; slots are the values of the call.

**The address window.** Swedish window envelopes follow a standard of two places, V2 to the left and H2 to the right,
the same on every size of envelope (Harrys kuvert, "Kuvertguide", harrykuvert.se/kuvertguide, read November 2026). Its
millimetres were not to be found published, so these are assumptions, to be measured against the print shop's envelope
before the first letters are printed (docs/quick-start-operators.md): a window at least 90 mm wide and 35 mm
high (on C5 up to 45 mm), its upper edge 40 to 45 mm below the envelope's and its right edge 15 to 20 mm from it; E65
(220 x 110 mm), C65 (229 x 114 mm) or C5 (229 x 162 mm); a sheet folded at 99 mm or at 148.5 mm, lying to the left or to
the right, and as high or as low as the envelope lets it.

Then every such window shows x 124 to 190 mm of the sheet, wherever it lies, y 45 to 60 mm even where it has sunk to the
bottom, and y 45 to 75 mm where it has not. There stands the address: three lines end at 59 mm, five at 68 mm. No such
window shows anything outside :data:`CLEAR`, where nothing else is printed. The address is set as sorting machines ask:
10 points, a sans serif, ragged right, no empty lines (21 grams, "Adressera rätt", 21grams.se/adressera-ratt). The text
begins below the first fold.
"""

from typing import NamedTuple

import lxml.html
from lxml.html import HtmlElement

from campaigns.language import base
from tasks import slots
from tasks.pages import LAYOUTS
from tasks.typst_text import Writer, collapsed, literal, sequence

DIVIDER = b"\n// letters\n"


class Area(NamedTuple):
    """A part of the sheet, in millimetres from its upper left corner."""

    left: float
    top: float
    width: float
    height: float


ADDRESS = Area(124, 46, 66, 23)
CLEAR = Area(95, 25, 115, 65)
MARGIN, BODY_TOP = 20, 102
HEAD_WIDTH = CLEAR.left - MARGIN - 3


def letter_source(page: str, *, numbered: bool = False) -> bytes:
    """Return the typst document of a letter's HTML, slots as markers; ``numbered`` puts numbers on later pages."""
    document = lxml.html.document_fromstring(page)
    writer = Writer()
    named = _named(document, "sheet")
    sheet: HtmlElement = next(document.iter("body")) if named is None else named
    header, address, date = sheet.find("header"), sheet.find("address"), _named(sheet, "date")
    made = ((writer.blocks, header), (writer.address, address), (writer.block, date))
    upper = ", ".join('""' if element is None else write(element) for write, element in made)
    rest = [each for each in sheet if each not in (header, address, date)]
    body = sequence([writer.block(each) for each in rest if isinstance(each.tag, str)])
    values = ", ".join(f'"{key}": {slot}' for key, slot in writer.values.items()) or ":"
    parts = [
        _settings(document, numbered), _layout(),
        *(f"#let {name} = {block}" for name, block in writer.blocks_of_all.items()),
        f"#let letter(values) = one-letter(upper-third({upper}), {body})",
    ]  # fmt: skip
    return "\n".join(parts).encode() + DIVIDER + f"#letter(({values}))\n".encode()


def _settings(document: HtmlElement, numbered: bool) -> str:
    title = document.findtext(".//title") or ""
    if slots.named_in(title) or not title.strip():  # one title stands for all letters of a file, and names nobody
        sender = _named(document, "sender")
        title = "Stockholms stad" if sender is None else sender.text_content()
    language, direction = base(document.get("lang", "sv")), document.get("dir", "ltr")
    sides = ", ".join(f"{name}: {side}mm" for name, side in ADDRESS._asdict().items())
    return (
        f"#set document(title: {literal(collapsed(title).strip())}, date: none)\n"
        f"#set text(lang: {literal(language)}, dir: {direction})\n"
        f"#let margin = {MARGIN}mm\n#let body-top = {BODY_TOP}mm\n#let head-width = {HEAD_WIDTH}mm\n"
        f"#let address-area = ({sides})\n#let numbered = {str(numbered).lower()}\n"
        f"#let right-to-left = {str(direction == 'rtl').lower()}"
    )


def _named(within: HtmlElement, name: str) -> HtmlElement | None:
    """Return the first element of a class; None where a campaign's own template leaves it out."""
    found: list[HtmlElement] = list(within.xpath(f".//*[contains(concat(' ', @class, ' '), ' {name} ')]"))
    return found[0] if found else None


def _layout() -> str:
    return (LAYOUTS / "letter.typ").read_text(encoding="utf-8")
