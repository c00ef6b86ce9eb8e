"""What of a style sheet no gate can follow: rules that hold only somewhere, and selectors that are not understood."""

import re
from collections.abc import Collection, Iterator, Sequence

import tinycss2
from tinycss2.ast import AtRule, Declaration, Node, QualifiedRule

from tasks.gates.style_rules import path_of, selectors_of

READ = frozenset({"media", "charset", "font-face", "page", "import"})
"""At-rules that are judged: ``media`` here, ``import`` and fonts by what they fetch."""
CONDITION = re.compile(
    r"(?:only\s+)?(?:screen|print|all)|\(\s*prefers-color-scheme\s*:\s*\w+\s*\)"
    r"|\(\s*(?:min|max)-(?:device-)?width\s*:\s*[\d.]+\w+\s*\)|\(\s*width\s*[<>]=?\s*[\d.]+\w+\s*\)",
    re.IGNORECASE,
)
FOLLOWED = re.compile(r":(?:hover|focus|focus-visible|focus-within|active|visited)\b", re.IGNORECASE)
"""What a reader's own hand brings about; at rest the words stand as they are."""
ADDED = re.compile(r"::?(?:before|after)$", re.IGNORECASE)
"""Words beside those of an element: their ``content`` takes the place of none."""
CAN_HIDE = re.compile(r"display|visibility|opacity|color|background.*|font|font-size|content")


def unjudged_in(sheet: str) -> Iterator[str]:
    """Yield the at-rule, condition or selector of each rule that may hide words without being judged."""
    yield from _unjudged(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True))


def _unjudged(nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, AtRule):
            yield from _of_at_rule(node)
        elif isinstance(node, QualifiedRule):
            yield from _of_rule(node)


def _of_at_rule(node: AtRule) -> Iterator[str]:
    name = node.lower_at_keyword
    condition = " ".join(tinycss2.serialize(node.prelude).split())
    if name not in READ:
        yield f"@{name}"
    elif name == "media" and node.content is not None:
        inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
        if not _is_known(condition) and any(_can_hide(rule) for rule in inner):
            yield f"@media {condition}"
        yield from _unjudged(inner)


def _of_rule(node: QualifiedRule) -> Iterator[str]:
    selectors = [" ".join(tinycss2.serialize(each).split()) for each in selectors_of(node.prelude)]
    if any(isinstance(each, QualifiedRule | AtRule) for each in _body(node)):
        yield ", ".join(selectors)
    for selector, nodes in zip(selectors, selectors_of(node.prelude), strict=True):
        shown = {"content"} if ADDED.search(selector) else set()
        if path_of(nodes) is None and not FOLLOWED.search(selector) and _can_hide(node, shown):
            yield selector


def _is_known(condition: str) -> bool:
    parts = re.split(r"\s+and\s+|,", condition.strip(), flags=re.IGNORECASE)
    return all(CONDITION.fullmatch(part.strip()) for part in parts)


def _can_hide(node: Node, shown: Collection[str] = ()) -> bool:
    """Tell whether a rule has a property that can hide words, other than those that are known to show them here."""
    if not isinstance(node, QualifiedRule):
        return True
    names = (each.lower_name for each in _body(node) if isinstance(each, Declaration))
    return any(name not in shown and CAN_HIDE.fullmatch(name) for name in names)


def _body(node: QualifiedRule) -> list[Node]:
    return list(tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True))
