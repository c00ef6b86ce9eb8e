"""Markdown to HTML and to plain text, with slots put in their places; HTML in the source is printed, never obeyed."""

import textwrap
from collections.abc import Callable, Iterator

from markdown_it.tree import SyntaxTreeNode

from campaigns.text_rendering import markdown_reader
from tasks.slots import put_address_in_place, put_in_place

WIDTH = 72
_READER = markdown_reader()


def to_html(source: str) -> str:
    """Return the HTML of a Markdown text; slots are still without a place."""
    return str(_READER.render(source))


def headings(source: str) -> list[str]:
    """Return the tags of the text's headings in order, such as ``["h1", "h2"]``."""
    return [token.tag for token in _READER.parse(source) if token.type == "heading_open"]


def to_text(source: str, place: str) -> str:
    """Return the plain text of a Markdown text, wrapped at 72 characters; ``place`` is ``text`` or ``text_rtl``."""
    return "\n\n".join(_blocks(SyntaxTreeNode(_READER.parse(source)), place, WIDTH)) + "\n"


def _blocks(parent: SyntaxTreeNode, place: str, width: int) -> Iterator[str]:
    for node in parent.children:
        render = _BLOCKS.get(node.type, _paragraph)
        text = render(node, place, width)
        if text.strip():
            yield text


def _paragraph(node: SyntaxTreeNode, place: str, width: int) -> str:
    written = "".join(_inline(child, place) for child in node.children)
    return "\n".join(_wrapped(line, width) for line in written.split("\n"))


def _heading(node: SyntaxTreeNode, place: str, width: int) -> str:
    text = " ".join(_paragraph(node, place, width).split("\n"))
    underline = {"h1": "=", "h2": "-"}.get(node.tag, "")
    return f"{text}\n{underline * min(len(text), width)}" if underline else text


def _list(node: SyntaxTreeNode, place: str, width: int) -> str:
    start = int(node.attrs.get("start", 1))
    items = []
    for number, item in enumerate(node.children, start=start):
        sign = f"{number}. " if node.type == "ordered_list" else "- "
        text = "\n".join(_blocks(item, place, width - len(sign)))
        items.append(sign + textwrap.indent(text, " " * len(sign)).lstrip())
    return "\n".join(items)


def _quote(node: SyntaxTreeNode, place: str, width: int) -> str:
    return textwrap.indent("\n\n".join(_blocks(node, place, width - 2)), "> ", lambda line: True)


def _code(node: SyntaxTreeNode, place: str, width: int) -> str:
    return textwrap.indent(put_in_place(node.content.rstrip("\n"), place), "    ")


def _rule(node: SyntaxTreeNode, place: str, width: int) -> str:
    return "* * *"


def _table(node: SyntaxTreeNode, place: str, width: int) -> str:
    rows = (row for section in node.children for row in section.children)
    cells = ([_paragraph(cell, place, width) for cell in row.children] for row in rows)
    return "\n".join(" | ".join(" ".join(cell.split()) for cell in row) for row in cells)


_BLOCKS: dict[str, Callable[[SyntaxTreeNode, str, int], str]] = {
    "heading": _heading,
    "bullet_list": _list,
    "ordered_list": _list,
    "blockquote": _quote,
    "fence": _code,
    "code_block": _code,
    "hr": _rule,
    "table": _table,
}


def _inline(node: SyntaxTreeNode, place: str) -> str:
    if node.type in {"softbreak", "hardbreak"}:
        return " " if node.type == "softbreak" else "\n"
    if node.type == "image":
        return put_in_place(node.content, place)
    inner = "".join(_inline(child, place) for child in node.children) or put_in_place(node.content, place)
    if node.type == "link":
        address = put_address_in_place(str(node.attrs["href"]), "link").removeprefix("mailto:")
        return inner if inner == address else f"{inner} <{address}>"
    return inner


def _wrapped(line: str, width: int) -> str:
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
