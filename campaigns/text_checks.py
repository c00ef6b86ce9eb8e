"""What a text may do with facts and slots, read from its syntax tree before anything is rendered.

A text may branch on facts and only print slots: what differs per person is joined in afterwards, so a slot has no value
yet when the text is rendered.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from jinja2 import TemplateSyntaxError, nodes

from campaigns.brief import Brief
from campaigns.brief_meant import named_otherwise
from campaigns.campaign_files import TEMPLATE, TEXT, is_read, part_files, refused
from campaigns.channels import load_channels
from campaigns.errors import Finding
from campaigns.text_limits import nested_too_deeply, too_much, words_of_the_system
from campaigns.text_rendering import FILTERS, TESTS, UNREADABLE, layout_environment, text_environment
from campaigns.texts import TextSource, near_miss, read_text, text_path

PLAIN_FACTS = ("language", "channel", "wave", "arm")
"""Facts that every text may branch on; ``arm`` is ``treated`` in everything that is sent."""
ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.For, nodes.Assign,
    nodes.Include, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Filter,
    nodes.Test, nodes.Concat, nodes.Add, nodes.Sub, nodes.List, nodes.Tuple, nodes.Getattr, nodes.Getitem,
    nodes.Scope, nodes.With, nodes.Keyword,
)  # fmt: skip
Place = tuple[int, str, str]


@dataclass(frozen=True)
class Texts:
    """The texts of a campaign by wave and language, what is wrong with them, and the files that it is wrong with."""

    readable: Mapping[tuple[str, str], TextSource]
    findings: Sequence[Finding]
    faulty: Collection[str]


def read_texts(brief: Brief, folder: Path) -> Texts:
    """Return the text of every wave and language of a campaign, and everything that is wrong with them."""
    readable: dict[tuple[str, str], TextSource] = {}
    read: dict[Path, TextSource | None] = {}
    faulty: set[str] = set()
    findings = [finding for path in part_files(folder) for finding in refused(path, TEXT)]
    names = [slot.name for slot in brief.slots]
    facts = fact_values(brief)
    for wave, language in product(brief.waves, brief.languages):
        path = text_path(folder, wave.name, language)
        if path not in read:
            text, found = read_text(path, language)
            found += check_text(text, parts_of(folder), names, facts) if text else []
            read[path], findings = text, findings + found
            faulty |= {text.file} if text and found else set()
        if text := read[path]:
            readable[wave.name, language] = text
    return Texts(readable, findings, faulty)


def fact_values(brief: Brief) -> dict[str, tuple[str, ...]]:
    """Return the values that each fact can have in the texts of a brief, by name."""
    waves = tuple(wave.name for wave in brief.waves)
    plain = dict(zip(PLAIN_FACTS, (brief.languages, tuple(load_channels()), waves, ("treated",)), strict=True))
    return plain | {fact.name: fact.values for fact in brief.facts}


def parts_of(folder: Path) -> dict[str, str]:
    """Return the other Markdown files of a campaign, which its texts may include, by name."""
    return {
        path.name: path.read_text(encoding="utf-8", errors="replace") for path in part_files(folder) if is_read(path)
    }


def check_text(
    text: TextSource, parts: Mapping[str, str], slots: Collection[str], facts: Mapping[str, Collection[str]]
) -> list[Finding]:
    """Return every fault of one text's Jinja2: syntax, unknown names, forbidden use of slots, missing parts.

    ``parts`` are the other files of the folder that the text may include, by name; ``facts`` the values of each fact.
    """
    sources = {**parts, **text.templates()}
    waiting, includes, findings = [*text.templates()], dict[str, list[tuple[str, int]]](), []
    while waiting:
        name = waiting.pop(0)
        if name in includes:
            continue
        includes[name], places = _check(name, sources, parts, slots, facts)
        waiting += [part for part, _ in includes[name]]
        findings += [_fault(text, name, place) for place in places]
    return findings + [_fault(text, name, place) for name, place in _circular(includes)]


def check_template(path: Path, slots: Collection[str], layouts: Mapping[str, str]) -> list[Finding]:
    """Return every fault of a campaign's own template that shows before rendering: file, syntax, slots, blocks.

    ``layouts`` are the shared layouts by name, which it may extend.
    """
    if found := refused(path, TEMPLATE, "text_syntax", "P5c"):
        return found

    def fault(line: int, message: str, remedy: str) -> Finding:
        return Finding("text_syntax", "P5c", "B", f"{path.parent.name}/{path.name}", line, message, remedy)

    try:
        source = path.read_text(encoding="utf-8-sig")
        if nested := nested_too_deeply(source):
            return [fault(*nested)]
        tree = layout_environment({}, "en").parse(source)
        return [fault(*place) for place in sorted({*_misused(tree, slots), *_unread_blocks(tree, layouts)})]
    except UnicodeDecodeError:
        return [fault(1, "the template cannot be read", "save it as UTF-8 text.")]
    except TemplateSyntaxError as error:
        return [fault(*_unreadable(error))]
    except (RecursionError, ValueError):
        return [
            fault(_line_with_most(r"[(\[{|+~]|\d", source), "an expression is too large to be read", "simplify it.")
        ]


def _fault(text: TextSource, template: str, place: Place) -> Finding:
    file = f"{text.path.parent.name}/{template.partition('#')[0]}"
    return Finding("text_syntax", "P5c", "B", file, *place, text.language)


def _check(
    name: str,
    sources: Mapping[str, str],
    parts: Collection[str],
    slots: Collection[str],
    facts: Mapping[str, Collection[str]],
) -> tuple[list[tuple[str, int]], list[Place]]:
    try:
        tree = text_environment({}).parse(sources[name])
        included = list(tree.find_all(nodes.Include))
        found = [*_forbidden(tree), *_misused(tree, slots), *_missing(included, parts), *_never_true(tree, facts)]
        found += [*words_of_the_system(tree, PLAIN_FACTS), *(place for place in [too_much(sources[name])] if place)]
        given = {*slots, *facts, *(["loop"] if tree.find(nodes.For) else [])}
        found += _unknown(tree, _names_read(tree) - given, (*facts, *slots))
    except TemplateSyntaxError as error:
        return [], [_unreadable(error)]
    except RecursionError:
        line = _line_with_most(r"[(\[{|+~]|\bnot\b", sources[name])
        return [], [(line, "an expression is nested too deeply to be read", "take the nested brackets out.")]
    except ValueError:
        return [], [(_line_with_most(r"\d", sources[name]), "a number is too long to be read", "write it in words.")]
    named = [(node.template.value, node.lineno) for node in included if isinstance(node.template, nodes.Const)]
    return [(part, line) for part, line in named if part in parts], sorted(set(found))


def _line_with_most(pattern: str, source: str) -> int:
    lines = source.splitlines()
    return 1 + max(range(len(lines)), key=lambda number: len(re.findall(pattern, lines[number])))


def _names_read(tree: nodes.Template) -> set[str]:
    """Return the names that are read and set nowhere; Jinja2's own search computes constants, such as 'a' * 10**10.

    A name that is read where it is not set yet is found when the text is rendered.
    """
    names = list(tree.find_all(nodes.Name))
    return {name.name for name in names if name.ctx == "load"} - {name.name for name in names if name.ctx != "load"}


def _circular(includes: Mapping[str, list[tuple[str, int]]]) -> Iterator[tuple[str, Place]]:
    """Yield each include that leads back to the file it stands in, with that file's name."""
    for name, included in includes.items():
        for part, line in included:
            reached, waiting = set[str](), [part]
            while waiting:
                reached.add(at := waiting.pop())
                waiting += [each for each, _ in includes.get(at, ()) if each not in reached]
            if name in reached:
                message = f"the part {part} includes itself in the end"
                yield name, (line, message, "write the words here, or in a part that includes no other.")


def _unreadable(error: TemplateSyntaxError) -> Place:
    return error.lineno, f"Jinja2 cannot read this: {error.message}", "mend or remove the expression."


def _forbidden(tree: nodes.Template) -> Iterator[Place]:
    for node in tree.find_all(nodes.Node):
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            yield node.lineno, f"texts have no filter {node.name}", "use one of " + ", ".join(FILTERS) + ", or none."
        elif isinstance(node, nodes.Test) and node.name not in TESTS:
            yield node.lineno, f"texts have no test {node.name}", "compare with ==, != or in."
        elif isinstance(node, nodes.Const) and isinstance(node.value, str) and UNREADABLE.search(node.value):
            yield node.lineno, "a character here cannot be shown", "remove it."
        elif not isinstance(node, ALLOWED):
            what = type(node).__name__.lower()
            yield node.lineno, f"a text may not hold this ({what})", "branch with `if` and print facts and slots."


def _unknown(tree: nodes.Template, unknown: Collection[str], known: Collection[str]) -> Iterator[Place]:
    for node in tree.find_all(nodes.Name):
        if node.name in unknown and node.ctx == "load":
            near = near_miss(node.name, known) or named_otherwise(node.name, known)
            hint = f"did you mean {near}? " if near else ""
            remedy = f"{hint}Declare it in campaign.yaml, as a fact to branch on or as a slot to print."
            yield node.lineno, f"nobody gives {node.name} a value", remedy


def _misused(tree: nodes.Template, slots: Collection[str]) -> Iterator[Place]:
    printed = {id(child) for output in tree.find_all(nodes.Output) for child in output.nodes}
    for node in tree.find_all(nodes.Name):
        if node.name in slots and (id(node) not in printed or node.ctx != "load"):
            remedy = (
                f"print it alone, as {{{{ {node.name} }}}}; to branch on it, declare a fact with few values, such as "
                f"{node.name}: known or missing, and give it in the audience query."
            )
            yield node.lineno, f"the slot {node.name} is used for more than printing", remedy


def _unread_blocks(tree: nodes.Template, layouts: Mapping[str, str]) -> Iterator[Place]:
    """Yield each block that the extended layout does not have: what stands in it would be printed nowhere."""
    extended = [node.template.value for node in tree.find_all(nodes.Extends) if isinstance(node.template, nodes.Const)]
    if not extended or extended[0] not in layouts:
        return
    parent = layout_environment({}, "en").parse(layouts[extended[0]])
    known = {block.name for block in parent.find_all(nodes.Block)}
    for block in tree.body:
        if isinstance(block, nodes.Block) and block.name not in known:
            near = near_miss(block.name, known)
            hint = f"did you mean {near}? " if near else ""
            message = f"{extended[0]} has no block {block.name}, so what stands in it is printed nowhere"
            yield block.lineno, message, f"{hint}Its blocks are: {', '.join(sorted(known))}."


def _never_true(tree: nodes.Template, facts: Mapping[str, Collection[str]]) -> Iterator[Place]:
    """Yield each comparison of a fact with a value that it never has: a branch that nobody would get."""
    for node in tree.find_all(nodes.Compare):
        sides = [node.expr, *(operand.expr for operand in node.ops)]
        named = [side.name for side in sides if isinstance(side, nodes.Name) and side.name in facts]
        listed = [
            each for side in sides for each in (side.items if isinstance(side, nodes.List | nodes.Tuple) else [side])
        ]
        for name, value in product(named, (each.value for each in listed if isinstance(each, nodes.Const))):
            if value not in facts[name]:
                near = near_miss(str(value), facts[name])
                hint = f"did you mean {near}? " if near else ""
                message = f"{name} is compared with {str(value)[:40]!r}, a value that it never has"
                yield node.lineno, message, f"{hint}{name} is one of: {', '.join(facts[name])}."


def _missing(included: list[nodes.Include], parts: Collection[str]) -> Iterator[Place]:
    for node in included:
        if not isinstance(node.template, nodes.Const):
            yield node.lineno, "a part is included by a computed name", 'write its name: {% include "part.md" %}.'
        elif node.template.value not in parts:
            message = f"the part {node.template.value} is missing"
            yield node.lineno, message, "write the file in the campaign's folder, or remove the include."
