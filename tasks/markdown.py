"""Markdown to HTML and to plain text, with slots put in their places; HTML in the source is printed, never obeyed."""

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import unquote

from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markdown_it.utils import EnvType, OptionsDict

from campaigns.text_rendering import markdown_reader
from tasks.slots import put_address_in_place, put_in_place

WIDTH = 72
_READER = markdown_reader()
Alternatives = Mapping[str, str]
"""Alternative texts by the picture's address as it is written in the text; an empty one marks decoration."""


def to_html(source: str, alternatives: Alternatives = MappingProxyType({})) -> str:
    """Return the HTML of a Markdown text; slots are still without a place.

    A picture that the text gives no words, ``![](map.png)``, gets those of ``alternatives``. Empty words there mark it
    as decoration; without any it has no alternative text at all, which a gate finds, because Markdown cannot tell a
    picture that says nothing from one that nobody described.
    """
    return _html(source, tuple(alternatives.items()))


@lru_cache(maxsize=512)
def _html(source: str, alternatives: tuple[tuple[str, str], ...]) -> str:
    """Render once what many variants share: the same body for several channels and waves."""
    return str(_READER.renderer.render(_tokens(source, alternatives), _READER.options, {}))


@lru_cache(maxsize=64)
def _tokens(source: str, alternatives: tuple[tuple[str, str], ...] = ()) -> list[Token]:
    """Parse a text once and give its pictures their words; ``meta["said"]`` is whether anybody says what one shows."""
    tokens, words_of = _READER.parse(source), dict(alternatives)
    for picture in (child for token in tokens for child in token.children or () if child.type == "image"):
        address = str(picture.attrs["src"])
        found = next((name for name in (address, unquote(address)) if name in words_of), None)
        words = picture.content.strip() or (None if found is None else words_of[found])
        picture.meta["said"] = words is not None
        if not picture.content.strip():
            picture.content, picture.children = words or "", [Token("text", "", 0, content=words or "")]
    return tokens


def _picture(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, environment: EnvType
) -> str:
    picture = tokens[at]
    words = renderer.renderInlineAsText(picture.children, options, environment)
    said = {"alt": words} if picture.meta["said"] else {}
    parts = picture.attrs | said | ({"role": "presentation"} if said and not words else {})
    written = (f'{name}="{escapeHtml(str(value))}"' for name, value in parts.items() if name != "alt" or said)
    return f"<img {' '.join(written)}>"


_READER.add_render_rule("image", _picture)


def headings(source: str) -> list[str]:
    """Return the tags of the text's headings in order, such as ``["h1", "h2"]``."""
    return list(_headings(source))


@lru_cache(maxsize=512)
def _headings(source: str) -> tuple[str, ...]:
    return tuple(token.tag for token in _tokens(source) if token.type == "heading_open")


def to_text(source: str, place: str, alternatives: Alternatives = MappingProxyType({})) -> str:
    """Return the plain text of a Markdown text, wrapped at 72 characters; ``place`` is ``text`` or ``text_rtl``."""
    return _text(source, place, tuple(alternatives.items()))


@lru_cache(maxsize=512)
def _text(source: str, place: str, alternatives: tuple[tuple[str, str], ...]) -> str:
    return "\n\n".join(_blocks(SyntaxTreeNode(_tokens(source, alternatives)), place, WIDTH)) + "\n"


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
    told = "".join(_inline(child, place) for child in node.children)
    inner = told if node.children else put_in_place(node.content, place)
    if node.type == "link":
        address = put_address_in_place(str(node.attrs["href"]), "link").removeprefix("mailto:")
        return inner if inner == address else f"{inner} <{address}>"
    return inner


def _wrapped(line: str, width: int) -> str:
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
