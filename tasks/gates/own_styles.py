"""A campaign's own template hides nothing: styles that hide words or pictures, or that cannot be judged, are refused.

Judged is a list of properties and functions that are known to leave words where they stand. Any other may hide them in
some program for mail, so it is refused by name rather than guessed at. Styles of the shared layouts are not looked at
where a campaign has no template of its own.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import lxml.html
from lxml.html import HtmlElement
from tinycss2.color4 import Color, parse_color

from tasks.gates.hidden_in_place import hidden_in_place, place_of_hidden
from tasks.gates.masking import shown_safely
from tasks.gates.reading import NOT_READ, is_hidden, shown
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.style_rules import Circumstances, applied, rules_of
from tasks.gates.subject import GateSubject
from tasks.gates.unjudged_styles import unjudged_in

JUDGED = re.compile(
    r"(?:color|background(?:-.*)?|border(?:-.*)?|outline(?:-.*)?|padding(?:-.*)?|margin(?:-.*)?|font(?:-.*)?|line-height"
    r"|letter-spacing|word-spacing|text-align(?:-.*)?|text-decoration(?:-.*)?|text-underline-.*|text-transform|text-wrap"
    r"|text-indent|text-rendering|-webkit-font-smoothing|-moz-osx-font-smoothing|(?:-webkit-|-moz-|-ms-)?text-size-adjust"
    r"|-webkit-tap-highlight-color|vertical-align|white-space|word-wrap|word-break|overflow-wrap|hyphens|tab-size|quotes"
    r"|(?:min-|max-)?(?:width|height|inline-size|block-size)|box-sizing|box-shadow|display|visibility|float|clear"
    r"|list-style(?:-.*)?|table-layout|caption-side|empty-cells|flex(?:-.*)?|grid(?:-.*)?|align-.*|justify-.*|place-.*"
    r"|gap|row-gap|column-gap|object-fit|aspect-ratio|overflow(?:-x|-y)?|opacity|position|color-scheme|cursor"
    r"|orphans|widows|(?:page-)?break-.*|mso-.*|-ms-interpolation-mode|fill|stroke(?:-width)?|content)"
)
FUNCTIONS = frozenset({
    "rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "url", "linear-gradient", "radial-gradient",
    "repeat", "minmax", "format", "local",
})  # fmt: skip
FUNCTION = re.compile(r"([\w-]+)\(")
SMALLEST = {"px": 9.0, "pt": 7.0, "em": 0.55, "rem": 0.55, "%": 55.0}
"""Font sizes below which nobody reads; ``em`` and ``%`` are of what stands around."""
SIZE_WORDS = re.compile(r"(?:xx?-|xxx-)?(?:small|large)|medium|smaller|larger|inherit|initial|unset|revert")
FONT_WORDS = frozenset({"inherit", "initial", "unset", "caption", "icon", "menu", "message-box", "small-caption"})
LENGTH = re.compile(r"([+-]?\d*\.?\d+)(px|pt|em|rem|%|)")
NEGATIVE = re.compile(r"(?<![\w.])-\d*\.?\d+(\w+|%)?")
MOST_NEGATIVE = 24  # pixels that a margin may draw something nearer; further out it leaves the page
EXTENTS = frozenset({"width", "height", "max-width", "max-height"})
OVERFLOW = ("overflow", "overflow-x", "overflow-y")
LEAST_EXTENT = 24  # pixels: a line of words
OPENED = frozenset({"details", "dialog", "marquee"})
SHUT = ("inert", "popover")


class Hiding(NamedTuple):
    """What hides, or cannot be judged: its kind, what to look for in the template, and the words that it hides."""

    kind: str
    style: str
    words: str


@gate("own_style")
def own_style(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: a campaign's own template hides nothing, and holds no style that cannot be judged before it is sent."""
    own = f"{subject.channel}.html.j2"
    if subject.document is None or not subject.lines(own):
        return
    remedy = subject.say(
        "Take it out of the campaign's own template: colours, sizes, margins and borders are enough to set a message."
    )
    for kind, style, words in hiding_in(subject.html):
        message = {
            "hides": subject.say("The style {style} hides words or a picture", style=style),
            "unjudged": subject.say("Nobody can tell in advance whether the style {style} hides words", style=style),
            "mark": subject.say("{style} hides words from some readers, such as those who listen", style=style),
        }[kind]
        yield Fault(message, remedy, _place(subject, own, style), sentence=shown_safely(words[:200]))
    for style, words in hidden_in_place(subject):
        message = subject.say("The style {style} hides words or a picture", style=style)
        yield Fault(message, remedy, place_of_hidden(subject, own, style, words), sentence=shown_safely(words[:200]))


@lru_cache(maxsize=256)
def hiding_in(page: str) -> tuple[Hiding, ...]:
    """Return what hides words or pictures in a page, or may: each style or attribute once, in order."""
    document = lxml.html.document_fromstring(page)
    found = [Hiding("unjudged", each, "") for style in document.iter("style") for each in unjudged_in(style.text or "")]
    rules = rules_of(document)
    circumstances = product((False, True), repeat=2) if any(rule.media for rule in rules) else [(False, False)]
    bearing = _bearing(document)
    for dark, narrow in circumstances:
        styles = applied(document, rules, Circumstances(dark, narrow))
        always = not dark and not narrow
        if always:  # what is hidden from everybody is missed by the gates of what must be there
            bearing = {each: words for each, words in bearing.items() if not _is_gone(each, styles)}
        for element, words in bearing.items():
            found += (Hiding(kind, style, words) for kind, style in _hiding(styles.get(element, {}), always=always))
    for element, words in bearing.items():
        found += (Hiding("mark", mark, words) for mark in _marks(element))
    told = {(each.kind, each.style): each for each in reversed(found)}
    return tuple(told[key] for key in dict.fromkeys((each.kind, each.style) for each in found))


def _bearing(document: HtmlElement) -> dict[HtmlElement, str]:
    """Return each element that holds words or a picture, with the words; what nobody is shown is left out."""
    found = {}
    for element in document.iter():
        if isinstance(element.tag, str) and element.tag not in NOT_READ and not is_hidden(element):
            words = shown(element)
            if any(sign.isalnum() for sign in words) or next(element.iter("img"), None) is not None:
                found[element] = words
    return found


def _is_gone(element: HtmlElement, styles: Mapping[HtmlElement, Mapping[str, str]]) -> bool:
    around = (styles.get(each, {}) for each in (element, *element.iterancestors()))
    return any(each.get("display") == "none" or each.get("visibility") in {"hidden", "collapse"} for each in around)


def _marks(element: HtmlElement) -> Iterator[str]:
    if element.get("aria-hidden", "").lower() == "true" and any(sign.isalnum() for sign in shown(element)):
        yield "aria-hidden"
    if element.tag in OPENED:
        yield f"<{element.tag}"
    yield from (name for name in SHUT if name in element.attrib)


def _hiding(declared: Mapping[str, str], *, always: bool) -> Iterator[tuple[str, str]]:
    """Yield each declaration of an element that hides what it holds, or of which nobody can tell."""
    overflow = {declared.get(name, "visible").lower() for name in OVERFLOW}
    clipped = EXTENTS if overflow - {"visible", "auto"} else frozenset()
    for name, value in declared.items():
        style, written = f"{name}: {value[:60]}", value.lower()
        gone = not always and (name, written) == ("display", "none")
        if not JUDGED.fullmatch(name) or not set(FUNCTION.findall(written)) <= FUNCTIONS:
            yield "unjudged", style
        elif gone or _hides(name, written) or (name in clipped and _pixels(written) < LEAST_EXTENT):
            yield "hides", style


def _hides(name: str, value: str) -> bool:
    if name in HIDES:
        return HIDES[name](value)
    return name.startswith("margin") and _draws_away(value, MOST_NEGATIVE)


def _is_clear(value: str) -> bool:
    colour = parse_color(value)
    return isinstance(colour, Color) and not float(colour.alpha)


def _draws_away(value: str, most: float) -> bool:
    return any(_pixels(each[0].lstrip("-")) > most or each[1] == "%" for each in NEGATIVE.finditer(value))


def _is_tiny(value: str) -> bool:
    found = LENGTH.fullmatch(value)
    if found and found[2]:
        return float(found[1]) < SMALLEST[found[2]]
    return not SIZE_WORDS.fullmatch(value)


def _is_flat(value: str) -> bool:
    found = LENGTH.fullmatch(value)
    return found is not None and float(found[1]) < ({"": 0.7} | SMALLEST)[found[2]]


def _pixels(length: str) -> float:
    """Return a length in pixels, about; a share of what stands around and what is no length are endless."""
    found = LENGTH.fullmatch(length)
    units = {"px": 1.0, "": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "%": float("inf")}
    if found is None:
        return float("inf")
    return float(found[1]) * units[found[2]] if float(found[1]) else 0.0


HIDES: Mapping[str, Callable[[str], bool]] = {
    "opacity": lambda value: value.rstrip("%") not in {"1", "1.0", "100", "inherit", "initial"},
    "color": _is_clear,
    "font": lambda value: value not in FONT_WORDS,  # one with a size that can be read is read as font-size
    "font-size": _is_tiny,
    "line-height": _is_flat,
    "position": lambda value: value not in {"static", "relative", "initial"},
    "content": lambda value: value not in {'""', "''", "none", "normal"},
    "text-indent": lambda value: _draws_away(value, 0),
    "letter-spacing": lambda value: _draws_away(value, 2),
}
"""Properties that can hide, and whether a value does."""


def _place(subject: GateSubject, own: str, style: str) -> tuple[str, int]:
    """Return the line of the template that writes a style or an attribute, else its top."""
    name, _, value = style.partition(": ")
    shorthand = name.partition("-")[0]
    names = [rf"(?<![\w-]){re.escape(each)}\s*:" for each in (name, shorthand)]
    forms = [rf"{names[0]}\s*{re.escape(value[:12])}", *names] if value else [re.escape(style)]
    lines = subject.numbered(own)
    found = (number for form in forms for number, line in lines if re.search(form, line, re.IGNORECASE))
    return own, next(found, 1)
