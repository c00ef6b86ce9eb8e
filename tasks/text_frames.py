"""How high a frame must be to show a whole text: an estimate, since a frame that runs nothing cannot tell its height.

Rather too high than too low; a text that is higher still can be scrolled, and on paper the plain text stands whole.
"""

from math import ceil
from typing import NamedTuple

from lxml.html import HtmlElement, document_fromstring

from tasks.gates.subject import GateSubject

BLOCKS = frozenset({"p", "li", "h1", "h2", "h3", "h4", "address", "td", "th", "blockquote", "pre", "div", "figcaption"})
LARGE = {"h1": 1.7, "h2": 1.35, "h3": 1.15}
"""How much larger the letters of a heading are than those of the text."""
LINE = 1.6  # rem: 17 px at 1.5
BETWEEN = 0.9  # rem between blocks
AROUND = 7.0  # rem of margins and of the sheet's own padding
PICTURE = 26.0  # rem: one as broad as the sheet
LETTERS = (64, 44, 35)
"""Letters of a line in a frame of 36 rem or more, of 24 rem or more, and on a telephone."""


class Height(NamedTuple):
    """The height of a frame in rem: alone on a screen, beside another, and on a telephone."""

    wide: int
    beside: int
    narrow: int


def frame_height(subject: GateSubject) -> Height:
    """Return how high the frame of a text should be."""
    page = document_fromstring(subject.html)
    return Height(*(ceil(_height(page, letters)) for letters in LETTERS))


def _height(page: HtmlElement, letters: int) -> float:
    words = dict[HtmlElement, int]()
    for text in page.xpath("//body//text()[normalize-space() and not(ancestor::style)]"):
        block = _block_of(text.getparent() if not text.is_tail else text.getparent().getparent())
        words[block] = words.get(block, 0) + len(" ".join(text.split())) + 1
    pictures = page.xpath("//img[not(ancestor::*[contains(@class, 'logotype')])]")
    return AROUND + PICTURE * len(pictures) + sum(_block(*each, letters) for each in words.items())


def _block_of(element: HtmlElement) -> HtmlElement:
    """Return the nearest block that an element stands in, the page's body at last."""
    return next((each for each in (element, *element.iterancestors()) if each.tag in BLOCKS), element)


def _block(block: HtmlElement, length: int, letters: int) -> float:
    size = LARGE.get(str(block.tag), 1.0)
    return BETWEEN + size * LINE * (ceil(length * size / letters) + len(block.findall(".//br")))
