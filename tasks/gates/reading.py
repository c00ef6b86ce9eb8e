"""What a reader sees of a page, word by word and block by block, and the lines where it was written."""

import re
from functools import lru_cache
from pathlib import Path

from lxml.html import HtmlElement

from campaigns.campaign_files import TEMPLATE

WORD = re.compile(  # an initialism such as T.V. is one word; Arabic vowel signs stand inside words
    r"(?<![^\W_])[^\W\d_](?:\.[^\W\d_])+(?![^\W_])|[^\W_]+(?:(?:[-'’:_]|[\u064b-\u0652]+)[^\W_]+)*"
)
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?<![-\w])(?:width|height)\s*:\s*0(?:px)?\s*(?:;|$)")
NOT_READ = frozenset({"head", "style", "script", "template", "title"})
BLOCKS = frozenset({
    "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "section", "table", "td", "th", "tr", "ul",
})  # fmt: skip
PARAGRAPH = re.compile(r"\n\s*\n")
ITEM_OR_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*•]|\d+\.)\s)")
MOST_WORDS = 60  # of an excerpt that is looked for; its length counts cubed


def shown(element: HtmlElement, *, but: str = "") -> str:
    """Return the words that a reader sees in an element, white space collapsed, blocks kept apart.

    ``but`` is an attribute: what stands in elements that have it is left out.
    """
    return collapsed("".join(_fragments(element, but)))


def is_hidden(element: HtmlElement) -> bool:
    """Tell whether an element or one around it is hidden from its reader."""
    return any(_hides(ancestor) for ancestor in (element, *element.iterancestors()))


def line_of(lines: list[str], excerpt: str) -> int:
    """Return the number of the line where an excerpt stands, 0 where it does not.

    The longest run of the excerpt's words decides, because mark-up, branches and slots stand between them.
    """
    if number := exact_line(lines, excerpt):
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


def lines_of(path: Path) -> list[str]:
    """Return the lines of a file, none where it is not there or too large to be read; a changed one is read anew."""
    if not path.is_file() or path.stat().st_size > TEMPLATE:
        return []
    state = path.stat()
    return list(_lines(path, state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=256)
def _lines(path: Path, changed: int, size: int) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8-sig", errors="replace").splitlines())


def exact_line(lines: list[str], excerpt: str) -> int:
    """Return the number of the first line that holds an excerpt letter by letter, 0 where none does."""
    return next((number for number, line in enumerate(lines, start=1) if holds(line, excerpt)), 0)


def holds(line: str, excerpt: str) -> bool:
    """Tell whether a line holds an excerpt letter by letter, and not as a part of a longer word: test in attested."""
    start = line.find(excerpt) if excerpt else -1
    while start >= 0:
        end = start + len(excerpt)
        before, after = line[start - 1 : start] + excerpt[0], excerpt[-1] + line[end : end + 1]
        if not (len(before) > 1 and before.isalpha()) and not (len(after) > 1 and after.isalpha()):
            return True
        start = line.find(excerpt, start + 1)
    return False


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


def blocks_of(root: HtmlElement, *, but: str = "") -> list[str]:
    """Cut an element into its innermost blocks: text that stands beside blocks becomes a block of its own.

    ``but`` is an attribute: what stands in elements that have it is left out.
    """
    if not isinstance(root.tag, str) or root.tag in NOT_READ or _hides(root) or root.get(but or "-") is not None:
        return []
    blocks, loose = [], root.text or ""
    for child in root:
        if isinstance(child.tag, str) and any(element.tag in BLOCKS for element in child.iter()):
            blocks += [loose, *blocks_of(child, but=but)]
            loose = child.tail or ""
        else:
            loose += "".join(_fragments(child, but)) + (child.tail or "")
    return [collapsed(block) for block in [*blocks, loose] if block.strip()]


def paragraphs_of(text: str, *, items: bool = False) -> list[str]:
    """Cut plain text into its paragraphs, white space collapsed; with ``items`` each item of a list stands alone."""
    cut = ITEM_OR_PARAGRAPH if items else PARAGRAPH
    return [collapsed(part) for part in cut.split(text) if part.strip()]


def collapsed(text: str) -> str:
    """Return a text with every run of white space as one space."""
    return " ".join(text.split())
