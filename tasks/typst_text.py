"""HTML of a message to expressions of typst: every text a string literal, every slot a value of the letter's call."""

import base64
import re
from collections.abc import Callable, Iterator

from lxml.html import HtmlElement

from campaigns.language import base
from tasks import slots

_PIECE = re.compile(rf"({slots.MARKER_SIGN}[a-z_]*Q[a-z][a-z0-9_]*QZ)")
_MARKER = re.compile(rf"{slots.MARKER_SIGN}([a-z_]*)Q([a-z][a-z0-9_]*)QZ")
_FEW_WORDS = re.compile(r'"(?:[^"\\]|\\.){1,240}"')
"""One string of typst that fills at most three lines or so, which no page break parts."""
_VALUE = "values.at("
_PLACES = {"html": "typst", "html_rtl": "typst_rtl", "url": "link", "attribute": "typst"}
_FORMATS = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = frozenset(
    {*_HEADINGS, "p", "ul", "ol", "table", "blockquote", "pre", "hr", "div", "main", "footer", "section"}
)


def literal(text: str) -> str:
    """Return a text as a string literal of typst."""
    return '"' + re.sub(r"[\\\"]", r"\\\g<0>", text).replace("\n", "\\n").replace("\r", "") + '"'


def collapsed(text: str) -> str:
    """Return a text with white space as HTML shows it."""
    return re.sub(r"[ \t\r\n\f]+", " ", text)


def sequence(expressions: list[str]) -> str:
    """Return expressions as one whose value is all of theirs."""
    given = [expression for expression in expressions if expression]
    return "{ " + "; ".join(given) + ' ; "" }' if given else '""'


class Writer:
    """Writes elements as expressions of typst and notes in ``values`` which slots they read, by place and name.

    Blocks that read none are the same for everybody and stand in ``blocks_of_all`` by name, so that they are made once.
    """

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.blocks_of_all: dict[str, str] = {}
        self._level = 0

    def blocks(self, parent: HtmlElement) -> str:
        """Return every block of an element; words that stand beside blocks become a paragraph of their own."""
        written, loose = [], [self._text(parent.text)]
        for child in parent:
            if isinstance(child.tag, str) and child.tag in _BLOCKS:
                written += [_paragraph(loose), self.block(child)]
                loose = []
            else:
                loose += self._inline(child)
            loose.append(self._tail(child))
        return sequence([*written, _paragraph(loose)])

    def block(self, element: HtmlElement) -> str:
        """Return one block as an expression."""
        if element.tag in _HEADINGS:
            return self._named(self._heading(element))
        write: dict[str, Callable[[HtmlElement], str]] = {
            "ul": self._list, "ol": self._list, "table": self._table, "pre": self._preformatted, "p": self._paragraph,
            "blockquote": self._quote, "hr": self._rule,
        }  # fmt: skip
        inner = write.get(str(element.tag), self.blocks)(element)
        if "label" in element.get("class", "").split():
            inner = f"boxed({inner})"
        elif element.tag == "footer":
            inner = f"closing({inner})"
        return self._named(inner)

    def _named(self, block: str) -> str:
        if not block or _VALUE in block:
            return block
        name = f"block-{len(self.blocks_of_all) + 1}"
        self.blocks_of_all[name] = block
        return name

    def address(self, element: HtmlElement) -> str:
        """Return the address, one string per line."""
        lines: list[list[str]] = [[element.text or ""]]
        for child in element:
            lines += [[]] if child.tag == "br" else []
            lines[-1] += [child.text_content(), child.tail or ""]
        written = ["".join(line) for line in lines]
        return f"address({', '.join(self._string(collapsed(line)) for line in written if line.strip())})"

    def _paragraph(self, element: HtmlElement) -> str:
        return _paragraph(self._children(element))

    def _quote(self, element: HtmlElement) -> str:
        return f"quote(block: true, {self.blocks(element)})"

    def _rule(self, element: HtmlElement) -> str:
        return "line(length: 100%, stroke: 0.5pt)"

    def _heading(self, element: HtmlElement) -> str:
        # PDF/UA forbids to skip a level; that a text does so is for the gates to say.
        # So is an empty one, which PDF/UA forbids too.
        written = sequence(_trimmed(self._children(element)))
        if written == sequence([]):
            return ""
        self._level = min(_HEADINGS.index(element.tag) + 1, self._level + 1)
        return f"heading(level: {self._level}, {written})"

    def _list(self, element: HtmlElement) -> str:
        items = "".join(f", {self._content(item, in_width=True)}" for item in element if item.tag == "li")
        start = f", start: {_number(element.get('start', '1'))}" if element.tag == "ol" else ""
        return f"{'enum' if start else 'list'}(tight: true{start}{items})"

    def _table(self, element: HtmlElement) -> str:
        rows = list(element.iter("tr"))
        width = max((1, *(len(row) for row in rows)))
        cells = [[self._content(cell) for cell in row] for row in rows]
        head = [row for row, each in zip(cells, rows, strict=True) if each.getparent().tag == "thead"]
        rest = [row for row, each in zip(cells, rows, strict=True) if each.getparent().tag != "thead"]
        header = [f"table.header({', '.join(f'strong({cell})' for cell in row)})" for row in head]
        return f"table({', '.join([f'columns: {width}', *header, *(cell for row in rest for cell in row)])})"

    def _preformatted(self, element: HtmlElement) -> str:
        return f"raw(block: true, {self._string(element.text_content().rstrip())})"

    def _children(self, element: HtmlElement) -> list[str]:
        written = [self._text(element.text)]
        for child in element:
            written += [*self._inline(child), self._tail(child)]
        return written

    def _tail(self, element: HtmlElement) -> str:
        tail = element.tail or ""
        return self._text(tail.lstrip(" \t\r\n") if element.tag == "br" else tail)

    def _content(self, element: HtmlElement, *, in_width: bool = False) -> str:
        """Return what a list item or a cell holds: blocks, or words that need no paragraph."""
        if any(child.tag in _BLOCKS for child in element):
            return self.blocks(element)
        written = _trimmed(self._children(element))
        return _words(written) if in_width else sequence(written)

    def _inline(self, element: HtmlElement) -> Iterator[str]:
        if not isinstance(element.tag, str):
            return
        if element.tag == "br":
            yield "linebreak()"
        elif element.tag == "img":
            yield self._picture(element)
        elif element.tag == "code":
            yield f"raw({self._string(element.text_content())})"
        else:
            yield from self._marked(element)

    def _marked(self, element: HtmlElement) -> Iterator[str]:
        inner = self._children(element)
        if element.tag == "a":
            yield f"linked({self._string(element.get('href', ''))}, {sequence(inner)})"
        elif element.tag in {"strong", "b"}:
            yield f"strong({sequence(inner)})"
        elif element.tag in {"em", "i"}:
            yield f"emph({sequence(inner)})"
        elif element.get("lang"):
            yield f"text(lang: {literal(base(element.get('lang')))}, {sequence(inner)})"
        else:
            yield from inner

    def _picture(self, element: HtmlElement) -> str:
        found = re.match(r"data:([^;,]+);base64,(.*)", element.get("src", ""), re.DOTALL)
        if not found or found[1] not in _FORMATS:  # a picture elsewhere cannot be printed: its words are
            return self._text(element.get("alt"))
        content = base64.b64decode(found[2])
        written = literal(content.decode()) if _FORMATS[found[1]] == "svg" else f"({', '.join(map(str, content))})"
        return f'picture(bytes({written}), "{_FORMATS[found[1]]}", {self._string(element.get("alt", ""))})'

    def _text(self, text: str | None) -> str:
        return self._string(collapsed(text), breakable=True) if text else ""

    def _string(self, text: str, *, breakable: bool = False) -> str:
        """Return text with slots as an expression whose value is one string."""
        written = [self._piece(piece, breakable=breakable) for piece in _PIECE.split(text) if piece]
        return " + ".join(written) or '""'

    def _piece(self, piece: str, *, breakable: bool) -> str:
        found = _MARKER.fullmatch(piece)
        if not found:
            return literal(piece)
        place = _PLACES.get(found[1] or "html", found[1])
        key = f"{place}-{found[2]}"
        escaped = slots.marker(found[2], place)
        self.values[key] = escaped if place.startswith("typst") else f'"{escaped}"'
        value = f'{_VALUE}"{key}")'
        return f"breakable({value})" if breakable else value


def _number(written: str) -> int:
    return int(written) if re.fullmatch(r"-?\d{1,9}", written) else 1


def _trimmed(written: list[str]) -> list[str]:
    """Return inline expressions without the spaces of the source's line ends at their beginning and end."""
    kept = [each for each in written if each not in {"", '" "'}]
    if kept and kept[0].startswith('" '):
        kept[0] = '"' + kept[0][2:]
    if kept and kept[-1].endswith(' "'):
        kept[-1] = kept[-1][:-2] + '"'
    return kept


def _words(written: list[str]) -> str:
    """Return inline expressions as one; a few words that are the same for everybody are set only once in a batch."""
    is_same = len(written) == 1 and _FEW_WORDS.fullmatch(written[0])
    return f"same({written[0]})" if is_same else sequence(written)


def _paragraph(written: list[str]) -> str:
    return f"par({_words(_trimmed(written))})" if any(each not in {"", '" "'} for each in written) else ""
