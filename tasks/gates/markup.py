"""What a template writes itself: its elements, by tag and attributes, and its words."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml.html import HtmlElement

ATTRIBUTE = re.compile(r"([\w:-]+)\s*(?:=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
FILLED = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)
REMARK = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)

TAG = re.compile(r"<[^<>]*>")
CODE = re.compile(r"<(style|script|head)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
FEWEST_WORDS = 2


@dataclass(frozen=True)
class TemplateWords:
    """The runs of words that stand in a template between its tags and expressions."""

    runs: tuple[str, ...]

    def print(self, block: str) -> bool:
        """Tell whether a block that a reader sees was written in the template: a run of its words, or all of it."""
        return any(run in block if len(run.split()) >= FEWEST_WORDS else run == block for run in self.runs)


@lru_cache(maxsize=64)
def words_of_template(template: str) -> TemplateWords:
    """Return the runs of words that stand in a template, white space collapsed."""
    bare = TAG.sub("\x00", CODE.sub("\x00", FILLED.sub("\x00", REMARK.sub("\x00", template))))
    runs = (" ".join(html.unescape(run).split()) for run in bare.split("\x00"))
    return TemplateWords(tuple(dict.fromkeys(run for run in runs if any(sign.isalpha() for sign in run))))


def line_of_element(template: str, element: HtmlElement, alike: Sequence[HtmlElement]) -> int:
    """Return the line of a template where an element's start tag stands, 0 where it does not.

    ``alike`` are the elements of this tag in the page, in order: they tell apart start tags that are written alike.
    """
    tags = [(line, names) for line, names in _start_tags(template, str(element.tag)) if _fits(names, element)]
    if not tags:
        return 0
    same = [each for each in alike if _fits(tags[0][1], each)]
    number = same.index(element) if element in same else 0
    return tags[min(number, len(tags) - 1)][0]


def _start_tags(template: str, tag: str) -> Iterator[tuple[int, dict[str, str | None]]]:
    """Yield the line of each start tag with its attributes; the value of one that is filled in is None."""
    bare = REMARK.sub(lambda remark: "\n" * remark[0].count("\n"), template)
    for match in re.finditer(rf"<{re.escape(tag)}(?=[\s/>])((?:\{{[{{%#].*?[}}%#]\}}|[^>])*)>", bare, re.I | re.S):
        written = FILLED.sub("\x00", match[1])
        found = {
            name.lower(): None if "\x00" in (value := "".join((double, single, plain))) else value
            for name, double, single, plain in ATTRIBUTE.findall(written)
        }
        yield 1 + bare.count("\n", 0, match.start()), found


def _fits(names: dict[str, str | None], element: HtmlElement) -> bool:
    """Tell whether an element can be what a start tag became; attributes that steps after it add are left aside."""
    given = dict(element.attrib)
    return all(given.get(name) == value for name, value in names.items() if value is not None and name != "src") and (
        {"class", "role", "id", "alt"} & set(given) <= set(names)
    )
