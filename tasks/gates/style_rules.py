"""The style rules of a page as they apply to an element: what a small part of CSS says, and nothing guessed.

Read are ``<style>`` elements, ``style`` attributes and ``bgcolor``, ``text`` and ``color`` attributes. Understood are
selectors of types, classes, ids and attributes joined by descendant and child combinators, and the media features that
decide by colour scheme and width. A rule with any other selector or condition is left out: the browser check sees it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import tinycss2
from lxml.html import HtmlElement
from tinycss2.ast import AtRule, Declaration, Node, QualifiedRule

LINKS = {"link": "@href", "any-link": "@href"}
SIZE = re.compile(r"(?<![\w.])\d*\.?\d+(?:px|pt|em|rem|%)|\b(?:x{1,3}-)?(?:small|large)\b|\bmedium\b", re.IGNORECASE)
NAME = re.compile(r"[A-Za-z_][\w-]*")
BOLD = re.compile(r"\b(?:bold|bolder|[7-9]00)\b", re.IGNORECASE)
INLINE = (1, 0, 0, 0)


@dataclass(frozen=True)
class Circumstances:
    """How a page is seen: in the dark colour scheme or the light, on a narrow screen or a wide."""

    dark: bool
    narrow: bool


@dataclass(frozen=True)
class Rule:
    """One selector with its declarations; ``media`` are the conditions around it, ``path`` the selector as XPath."""

    path: str
    specificity: tuple[int, int, int, int]
    declarations: tuple[tuple[str, str, bool], ...]
    media: tuple[str, ...]


def rules_of(document: HtmlElement) -> tuple[Rule, ...]:
    """Return the rules of every ``<style>`` element of a page, in order."""
    return tuple(rule for style in document.iter("style") for rule in _sheet(style.text or ""))


def applied(
    document: HtmlElement, rules: Sequence[Rule], circumstances: Circumstances
) -> dict[HtmlElement, dict[str, str]]:
    """Return what is declared for each element under these circumstances, after the cascade; nothing is inherited."""
    weighed: dict[HtmlElement, dict[str, tuple[tuple[object, ...], str]]] = {}

    def declare(element: HtmlElement, name: str, value: str, weight: tuple[object, ...]) -> None:
        known = weighed.setdefault(element, {})
        if name not in known or known[name][0] <= weight:
            known[name] = weight, value

    for order, rule in enumerate(rules):
        if all(_holds(condition, circumstances) for condition in rule.media):
            for element in document.xpath(rule.path):
                for name, value, important in rule.declarations:
                    declare(element, name, value, (important, rule.specificity, order))
    for element in document.iter():
        for name, value in _hints(element):
            declare(element, name, value, (False, (0, 0, 0, 0), -1))
        for name, value, important in _declarations(element.get("style", "")) if isinstance(element.tag, str) else ():
            declare(element, name, value, (important, INLINE, len(rules)))
    return {element: {name: value for name, (_, value) in known.items()} for element, known in weighed.items()}


def differs_by_scheme(rules: Sequence[Rule]) -> bool:
    """Tell whether any rule asks for the colour scheme."""
    return any("prefers-color-scheme" in condition for rule in rules for condition in rule.media)


def _hints(element: HtmlElement) -> Iterator[tuple[str, str]]:
    """Yield what attributes of old HTML say, which any rule overrules."""
    if isinstance(element.tag, str) and element.get("bgcolor"):
        yield "background-color", element.get("bgcolor", "")
    if element.tag in {"font", "body"} and (colour := element.get("color" if element.tag == "font" else "text")):
        yield "color", colour


@lru_cache(maxsize=4096)
def _declarations(text: str) -> tuple[tuple[str, str, bool], ...]:
    return tuple(_declared(tinycss2.parse_blocks_contents(text, skip_comments=True, skip_whitespace=True)))


def _declared(nodes: Sequence[Node]) -> Iterator[tuple[str, str, bool]]:
    for node in nodes:
        if isinstance(node, Declaration):
            value = tinycss2.serialize(node.value).strip()
            for name, part in _longhands(node.lower_name, value):
                yield name, part, bool(node.important)


def _longhands(name: str, value: str) -> Iterator[tuple[str, str]]:
    """Yield what a declaration sets; a shorthand sets every property that contrast depends on."""
    if name == "background":
        yield from (("background-color", value), ("background-image", value))
    elif name == "font" and (size := SIZE.search(value)):
        yield from (("font-size", size[0]), ("font-weight", "bold" if BOLD.search(value) else "normal"))
    else:
        yield name, value


@lru_cache(maxsize=64)
def _sheet(text: str) -> tuple[Rule, ...]:
    return tuple(_rules(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True), ()))


def _rules(nodes: Sequence[Node], media: tuple[str, ...]) -> Iterator[Rule]:
    for node in nodes:
        if isinstance(node, AtRule) and node.lower_at_keyword == "media" and node.content is not None:
            inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            yield from _rules(inner, (*media, " ".join(tinycss2.serialize(node.prelude).lower().split())))
        elif isinstance(node, QualifiedRule):
            body = tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
            declarations = tuple(_declared(body))
            for selector in selectors_of(node.prelude):
                if path := path_of(selector):
                    yield Rule(*path, declarations, media)


def selectors_of(prelude: Sequence[Node]) -> list[list[Node]]:
    """Return the selectors of a rule, which commas part."""
    selectors: list[list[Node]] = [[]]
    for node in prelude:
        if node.type == "literal" and node.value == ",":
            selectors.append([])
        else:
            selectors[-1].append(node)
    return selectors


def path_of(nodes: Sequence[Node]) -> tuple[str, tuple[int, int, int, int]] | None:
    """Return a selector as XPath with its specificity; None where it holds what is not understood."""
    text = " ".join(tinycss2.serialize(nodes).split())
    for combinator in (" >", "> "):
        text = text.replace(combinator, ">")
    steps, ids, classes, types = "//", 0, 0, 0
    fresh, waiting = True, [*tinycss2.parse_component_value_list(text)]
    while waiting:
        node = waiting.pop(0)
        if node.type == "whitespace" or (node.type == "literal" and node.value == ">"):
            steps, fresh = steps + ("//" if node.type == "whitespace" else "/"), True
            continue
        plain, fresh = fresh, False
        if node.type == "ident" and plain and NAME.fullmatch(node.value):
            steps, types = f"{steps}{node.lower_value}", types + 1
        elif node.type == "literal" and node.value == "*" and plain:
            steps += "*"
        elif (condition := _condition(node, waiting)) is not None:
            steps += ("*" if plain else "") + condition
            ids, classes = ids + (node.type == "hash"), classes + (node.type != "hash")
        else:
            return None
    return (steps, (0, ids, classes, types)) if not fresh else None


def _condition(node: Node, rest: list[Node]) -> str | None:
    if node.type == "hash":
        return f"[@id='{node.value}']" if "'" not in node.value else None
    if node.type == "[] block":
        words = [part for part in node.content if part.type != "whitespace"]
        if not words or not NAME.fullmatch(str(words[0].value if words[0].type == "ident" else "")):
            return None
        if len(words) == 1:
            return f"[@{words[0].lower_value}]"
        if [part.type for part in words] in (["ident", "literal", "string"], ["ident", "literal", "ident"]):
            name, sign, value = words
            quoted = f"'{value.value}'" if "'" not in value.value else ""
            starts = f"[starts-with(@{name.lower_value}, {quoted})]" if sign.value == "^=" else None
            return (f"[@{name.lower_value}={quoted}]" if sign.value == "=" else starts) if quoted else None
    if node.type == "literal" and node.value in {".", ":"} and rest and rest[0].type == "ident":
        name = rest.pop(0).value
        held = f"[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]" if "'" not in name else None
        return held if node.value == "." else f"[{LINKS[name]}]" if name in LINKS else None
    return None


def _holds(condition: str, circumstances: Circumstances) -> bool:
    """Tell whether a media condition holds; one that asks for something else than we know of is taken not to."""
    if "," in condition:
        return any(_holds(part.strip(), circumstances) for part in condition.split(","))
    asked = [part.strip(" ()") for part in condition.split(" and ")]
    return all(_feature(part.replace(" ", ""), circumstances) for part in asked)


def _feature(asked: str, circumstances: Circumstances) -> bool:
    known = {
        "all": True, "screen": True, "onlyscreen": True, "prefers-color-scheme:dark": circumstances.dark,
        "prefers-color-scheme:light": not circumstances.dark,
    }  # fmt: skip
    if asked.startswith(("max-width:", "max-device-width:", "width<")):
        return circumstances.narrow
    return not circumstances.narrow if asked.startswith(("min-width:", "width>")) else known.get(asked, False)
