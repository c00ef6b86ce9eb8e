"""Where an element of a page was written in a template: by its tag and the attributes that stand in the template."""

import re
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

ATTRIBUTE = re.compile(r"([\w:-]+)\s*(?:=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
FILLED = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)
REMARK = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)


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
