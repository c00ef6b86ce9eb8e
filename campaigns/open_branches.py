"""Where a page for everybody would show one group's words alone: a text that branches there on what differs per person.

A channel without addresses, such as the city's web page and the Atom entry made of it, has no reader whose facts are
known, and shows the first value of each. Its conditions are worked out as far as ``channel`` and ``language`` decide
them (Kleene's three-valued logic): what stands in a branch that the page never takes is of no concern.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from jinja2 import TemplateSyntaxError, nodes

from campaigns.brief import Brief
from campaigns.channels import load_channels
from campaigns.errors import Finding
from campaigns.text_checks import parts_of, read_texts
from campaigns.text_rendering import text_environment
from campaigns.texts import TextSource

EASY_READ = "easy_read"
"""Not a group of its own: whoever wants easy-to-read texts can read the ordinary one, which is the first value."""
NOT_ON_PAGES = ("sms",)
Place = tuple[str, int, str]
"""Template, line, fact."""


@dataclass(frozen=True)
class _Page:
    """What is known where a page for everybody is written, and which names differ per person."""

    known: Mapping[str, str]
    facts: Collection[str]
    parts: Mapping[str, str]


def open_branches(brief: Brief, folder: Path) -> list[Finding]:
    """Return a warning for each place where a page for everybody branches on a declared fact, or prints one."""
    texts, parts = read_texts(brief, folder), parts_of(folder)
    facts = {fact.name: fact.values for fact in brief.facts if fact.name != EASY_READ}
    channels = [load_channels()[name] for name in brief.channels if name in load_channels()]
    pages = [channel.name for channel in channels if channel.address_kind is None and not channel.by_hand]
    sources = {text.file: text for text in texts.readable.values() if text.file not in texts.faulty}
    return [
        _finding(text, channel, place, facts[place[2]])
        for text in sources.values()
        for channel in pages
        for place in _places(text, _Page({"channel": channel, "language": text.language}, facts, parts))
    ]


def _finding(text: TextSource, channel: str, place: Place, values: tuple[str, ...]) -> Finding:
    template, line, fact = place
    return Finding(
        "open_branch", "S4", "W", f"{text.path.parent.name}/{template.partition('#')[0]}", line,
        f"{channel} is for everybody, and shows here what is written for {fact} {values[0]!r} alone",
        f'write every group\'s words there, such as {{% if channel == "{channel}" or {fact} == "{values[0]}" %}}, or '
        "say under `overrides` why the others can do without.",
        text.language, channel,
    )  # fmt: skip


def _places(text: TextSource, page: _Page) -> list[Place]:
    fields = {name: source for name, source in text.templates().items() if name.partition("#")[2] not in NOT_ON_PAGES}
    if "page_title" in text.fields:
        fields.pop(f"{text.path.name}#subject", None)
    found, waiting, read = list[Place](), list(fields), set[str]()
    while waiting:
        if (name := waiting.pop(0)) in read:
            continue
        read.add(name)
        try:
            tree = text_environment({}).parse(fields.get(name) or page.parts.get(name, ""))
        except (TemplateSyntaxError, RecursionError, ValueError):  # told by text_syntax
            continue
        shown = list(_shown(tree.body, page))
        found += [(name, node.lineno, node.name) for node in shown if isinstance(node, nodes.Name)]
        waiting += [str(node.template.value) for node in shown if isinstance(node, nodes.Include)]  # type: ignore[attr-defined]
    return sorted(set(found))


def _shown(written: list[nodes.Node], page: _Page) -> Iterator[nodes.Name | nodes.Include]:
    """Yield each fact that decides what the page shows, or is printed on it, and each part that it includes."""
    for node in written:
        if isinstance(node, nodes.If):
            branches = [(node.test, node.body), *((each.test, each.body) for each in node.elif_)]
            yield from _taken(branches, node.else_, page)
        elif isinstance(node, nodes.CondExpr):
            yield from _taken([(node.test, [node.expr1])], [node.expr2] if node.expr2 else [], page)
        elif isinstance(node, nodes.Include):
            if isinstance(node.template, nodes.Const):
                yield node
        elif isinstance(node, nodes.Name):
            if node.name in page.facts and node.ctx == "load":
                yield node
        else:
            yield from _shown(list(node.iter_child_nodes()), page)


def _taken(
    branches: Sequence[tuple[nodes.Node, list[nodes.Node]]], otherwise: list[nodes.Node], page: _Page
) -> Iterator[nodes.Name | nodes.Include]:
    for test, body in branches:
        holds = _holds(test, page)
        if holds is None:
            named = chain([test] if isinstance(test, nodes.Name) else [], test.find_all(nodes.Name))
            yield from (name for name in named if name.name in page.facts)
        if holds is not False:
            yield from _shown(body, page)
        if holds:
            return
    yield from _shown(otherwise, page)


def _holds(test: nodes.Node, page: _Page) -> bool | None:
    """Tell whether a condition holds on the page; None where something decides that is not known there."""
    if isinstance(test, nodes.Not):
        inner = _holds(test.node, page)
        return None if inner is None else not inner
    if isinstance(test, nodes.And | nodes.Or):
        decides = isinstance(test, nodes.Or)
        sides = [_holds(side, page) for side in (test.left, test.right)]
        return decides if decides in sides else (None if None in sides else not decides)
    if isinstance(test, nodes.Compare) and len(test.ops) == 1:
        return _compared(test, page)
    value = _value(test, page)
    return None if value is None else bool(value)


def _compared(test: nodes.Compare, page: _Page) -> bool | None:
    (operand,) = test.ops
    left = _value(test.expr, page)
    listed = operand.expr.items if isinstance(operand.expr, nodes.List | nodes.Tuple) else None
    right = [_value(each, page) for each in listed] if listed is not None else _value(operand.expr, page)
    if left is None or right is None or (isinstance(right, list) and None in right):
        return None
    inside = left in right if operand.op in {"in", "notin"} else left == right
    return {"eq": inside, "in": inside, "ne": not inside, "notin": not inside}.get(operand.op)


def _value(node: nodes.Node, page: _Page) -> Any:
    if isinstance(node, nodes.Const):
        return node.value
    return page.known.get(node.name) if isinstance(node, nodes.Name) else None
