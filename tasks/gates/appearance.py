"""How the text of a page looks: its colour, what lies under it and its size, as the declared styles make them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lxml.html import HtmlElement
from tinycss2.color4 import Color, parse_color

from tasks.gates.reading import NOT_READ
from tasks.gates.style_rules import Circumstances, applied, differs_by_scheme, rules_of

Colour = tuple[float, float, float, float]
BLACK, WHITE, NOTHING = (0.0, 0.0, 0.0, 1.0), (1.0, 1.0, 1.0, 1.0), (0.0, 0.0, 0.0, 0.0)
GROUND_OF_DARK = (18 / 255, 18 / 255, 18 / 255, 1.0)  # what Chromium shows where a page supports dark and says nothing
LINK, LINK_IN_DARK = (0.0, 0.0, 238 / 255, 1.0), (158 / 255, 158 / 255, 1.0, 1.0)
LARGE, LARGE_BOLD = 24.0, 18.66  # CSS pixels: 18 and 14 points (WCAG 2.1)
SIZES = {"h1": 2, "h2": 1.5, "h3": 1.17, "h4": 1, "h5": 0.83, "h6": 0.67, "small": 0.83, "big": 1.2}
NAMED_SIZES = {
    "xx-small": 9, "x-small": 10, "small": 13, "medium": 16, "large": 18, "x-large": 24, "xx-large": 32,
    "xxx-large": 48,
}  # fmt: skip
BOLD_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "th"})
DRAWN_BY_BROWSER = frozenset({"button", "input", "option", "select", "textarea", "svg", "iframe", "mark", "meter"})
LENGTH = re.compile(r"(\d*\.?\d+)(px|pt|em|rem|%)")


@dataclass(frozen=True)
class Look:
    """How the text of an element looks; ``sure`` is false where a picture or an unknown colour lies under or in it."""

    colour: Colour
    ground: Colour
    size: float
    bold: bool
    sure: bool = True

    @property
    def ratio(self) -> float:
        """The contrast ratio of WCAG 2.1, 1 to 21."""
        lighter, darker = sorted((_luminance(over(self.colour, self.ground)), _luminance(self.ground)), reverse=True)
        return (lighter + 0.05) / (darker + 0.05)

    @property
    def large(self) -> bool:
        """Whether WCAG 2.1 calls the text large."""
        return self.size >= LARGE or (self.bold and self.size >= LARGE_BOLD)


class Seen(NamedTuple):
    """An element's own words, how they look, colour and ground as they were declared and whether in the dark scheme."""

    words: str
    look: Look
    declared: tuple[str, str]
    dark: bool


def texts_seen(document: HtmlElement) -> Iterator[Seen]:
    """Yield every element that shows text of its own, in each colour scheme and width that the page tells apart."""
    rules = rules_of(document)
    metas = [meta.get("content", "") for meta in document.iter("meta") if meta.get("name") == "color-scheme"]
    supports_dark = any("dark" in content for content in metas)
    schemes = (False, True) if supports_dark or differs_by_scheme(rules) else (False,)
    widths = (False, True) if any("width" in condition for rule in rules for condition in rule.media) else (False,)
    for dark in schemes:
        natural = dark and supports_dark
        start = Look(WHITE if natural else BLACK, GROUND_OF_DARK if natural else WHITE, 16.0, False)
        for narrow in widths:
            declared = applied(document, rules, Circumstances(dark, narrow))
            for words, look, written in _walk(document, start, ("", ""), declared, natural):
                yield Seen(words, look, written, dark)


def _walk(
    element: HtmlElement, around: Look, written: tuple[str, str], declared: Mapping[HtmlElement, Mapping[str, str]],
    dark: bool,
) -> Iterator[tuple[str, Look, tuple[str, str]]]:  # fmt: skip
    if not isinstance(element.tag, str) or element.tag in NOT_READ | DRAWN_BY_BROWSER:
        return
    own = declared.get(element, {})
    if "hidden" in element.attrib or own.get("display") == "none" or own.get("visibility") == "hidden":
        return
    look = _look(element, around, own, dark)
    faint = "opacity" if "opacity" in own else ""
    written = own.get("color") or faint or written[0], own.get("background-color") or written[1]
    words = " ".join(" ".join([element.text or "", *((child.tail or "") for child in element)]).split())
    if words and look.size and look.colour[3]:
        yield words, look, written
    for child in element:
        yield from _walk(child, look, written, declared, dark)


def _look(element: HtmlElement, around: Look, own: Mapping[str, str], dark: bool) -> Look:
    link = element.tag == "a" and element.get("href") is not None
    colour, known = (LINK_IN_DARK if dark else LINK) if link else around.colour, True
    if "color" in own:
        colour, known = _colour(own["color"], around.colour)
    ground, seen = _ground(own, around)
    opacity = own.get("opacity", "1")
    faint = float(opacity) if re.fullmatch(r"\d*\.?\d+", opacity) else 1.0
    return Look(
        colour=(*colour[:3], colour[3] * faint),
        ground=ground,
        size=_size(element, own, around),
        bold=_bold(element, own, around),
        sure=around.sure and known and seen,
    )


def _ground(own: Mapping[str, str], around: Look) -> tuple[Colour, bool]:
    """Return what lies under an element's text, and whether that is known."""
    image, given = own.get("background-image", ""), own.get("background-color", "")
    if "url(" in image or "gradient(" in image:
        return around.ground, False
    colours = [parse_color(part) for part in re.findall(r"[^\s(]+(?:\([^)]*\))?", given)]
    colour = next((each for each in colours if isinstance(each, Color)), None)
    if colour is not None:
        return over(_components(colour), around.ground), True
    return around.ground, "var(" not in given


def _colour(written: str, inherited: Colour) -> tuple[Colour, bool]:
    if written.lower() in {"inherit", "currentcolor", "unset"}:
        return inherited, True
    colour = parse_color(written)
    return (_components(colour), True) if isinstance(colour, Color) else (inherited, False)


def _components(colour: Color) -> Colour:
    shown = colour.to("srgb")
    red, green, blue = (min(1.0, max(0.0, float(part or 0))) for part in shown.coordinates)
    return red, green, blue, float(shown.alpha)


def _size(element: HtmlElement, own: Mapping[str, str], around: Look) -> float:
    written = own.get("font-size", "").lower()
    if written in NAMED_SIZES:
        return float(NAMED_SIZES[written])
    if found := LENGTH.fullmatch(written):
        units = {"px": 1.0, "pt": 4 / 3, "em": around.size, "rem": 16.0, "%": around.size / 100}
        return float(found[1]) * units[found[2]]
    return 0.0 if written == "0" else around.size * SIZES.get(element.tag, 1)


def _bold(element: HtmlElement, own: Mapping[str, str], around: Look) -> bool:
    weight = own.get("font-weight", "").lower()
    if not weight:
        return around.bold or element.tag in BOLD_TAGS
    return weight in {"bold", "bolder"} or (weight.isdigit() and int(weight) >= 700)


def over(colour: Colour, ground: Colour) -> Colour:
    """Return a colour laid over an opaque one."""
    share = colour[3]
    red, green, blue = (share * top + (1 - share) * under for top, under in zip(colour[:3], ground[:3], strict=True))
    return red, green, blue, 1.0


def _luminance(colour: Colour) -> float:
    """Return the relative luminance of WCAG 2.1."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
