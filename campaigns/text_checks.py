"""What a text may do with facts and slots, read from its syntax tree before anything is rendered.

A text may branch on facts and only print slots: what differs per person is joined in afterwards, so a slot has no value
yet when the text is rendered.
"""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from itertools import product
from pathlib import Path

from jinja2 import TemplateSyntaxError, meta, nodes

from campaigns.brief import Brief
from campaigns.errors import Finding
from campaigns.text_rendering import FILTERS, text_environment
from campaigns.texts import TextSource, read_text, text_path

PLAIN_FACTS = ("language", "channel", "wave", "arm")
"""Facts that every text may branch on; ``arm`` is ``treated`` in everything that is sent."""
ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.For, nodes.Assign,
    nodes.Include, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Filter,
    nodes.Test, nodes.Concat, nodes.Add, nodes.Sub, nodes.List, nodes.Tuple, nodes.Getattr, nodes.Getitem,
    nodes.Scope, nodes.With, nodes.Keyword,
)  # fmt: skip
Place = tuple[int, str, str]


def read_texts(brief: Brief, folder: Path) -> tuple[dict[tuple[str, str], TextSource], list[Finding]]:
    """Return the text of every wave and language of a campaign, and everything that is wrong with them."""
    texts: dict[tuple[str, str], TextSource] = {}
    read: dict[Path, TextSource | None] = {}
    findings: list[Finding] = []
    names = [slot.name for slot in brief.slots]
    facts = [*PLAIN_FACTS, *(fact.name for fact in brief.facts)]
    for wave, language in product(brief.waves, brief.languages):
        path = text_path(folder, wave.name, language)
        if path not in read:
            read[path], found = read_text(path, language)
            text = read[path]
            findings += found + (check_text(text, parts_of(folder), names, facts) if text else [])
        if text := read[path]:
            texts[wave.name, language] = text
    return texts, findings


def parts_of(folder: Path) -> dict[str, str]:
    """Return the other Markdown files of a campaign, which its texts may include, by name."""
    return {
        path.name: path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(folder.glob("*.md"))
        if not path.name.startswith("text.")
    }


def check_text(
    text: TextSource, parts: Mapping[str, str], slots: Collection[str], facts: Collection[str]
) -> list[Finding]:
    """Return every fault of one text's Jinja2: syntax, unknown names, forbidden use of slots, missing parts.

    ``parts`` are the other files of the folder that the text may include, by name.
    """
    sources = {**parts, **text.templates()}
    waiting, seen, findings = [*text.templates()], set[str](), []
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        included, places = _check(name, sources, slots, facts)
        waiting += included
        file = f"{text.path.parent.name}/{name.split('#')[0]}"
        findings += [Finding("text_syntax", "P5c", "B", file, *place, text.language) for place in places]
    return findings


def _check(
    name: str, sources: Mapping[str, str], slots: Collection[str], facts: Collection[str]
) -> tuple[list[str], list[Place]]:
    try:
        tree = text_environment({}).parse(sources[name])
    except TemplateSyntaxError as error:
        return [], [_unreadable(error)]
    except RecursionError:
        lines = sources[name].splitlines()
        line = 1 + max(range(len(lines)), key=lambda number: sum(map(lines[number].count, "([{")))
        return [], [(line, "an expression is nested too deeply to be read", "take the nested brackets out.")]
    included = list(tree.find_all(nodes.Include))
    forbidden = list(_forbidden(tree))
    found = [*forbidden, *_misused(tree, slots), *_missing(included, sources)]
    try:
        undeclared = _names_read(tree) if forbidden else meta.find_undeclared_variables(tree)
        found += _unknown(tree, undeclared - {*slots, *facts}, (*facts, *slots))
    except TemplateSyntaxError as error:  # a filter or test that nobody knows; the rest is found all the same
        found += [] if found else [_unreadable(error)]
    names = [node.template.value for node in included if isinstance(node.template, nodes.Const)]
    return [part for part in names if part in sources], sorted(set(found))


def _names_read(tree: nodes.Template) -> set[str]:
    """Return the names that are read and set nowhere; Jinja2's own search computes constants, such as 'a' * 10**10."""
    names = list(tree.find_all(nodes.Name))
    return {name.name for name in names if name.ctx == "load"} - {name.name for name in names if name.ctx != "load"}


def _unreadable(error: TemplateSyntaxError) -> Place:
    return error.lineno, f"Jinja2 cannot read this: {error.message}", "mend or remove the expression."


def _forbidden(tree: nodes.Template) -> Iterator[Place]:
    for node in tree.find_all(nodes.Node):
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            yield node.lineno, f"texts have no filter {node.name}", "use one of " + ", ".join(FILTERS) + ", or none."
        elif not isinstance(node, ALLOWED):
            what = type(node).__name__.lower()
            yield node.lineno, f"a text may not hold this ({what})", "branch with `if` and print facts and slots."


def _unknown(tree: nodes.Template, unknown: Collection[str], known: Collection[str]) -> Iterator[Place]:
    for node in tree.find_all(nodes.Name):
        if node.name in unknown and node.ctx == "load":
            near = get_close_matches(node.name, known, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
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


def _missing(included: list[nodes.Include], sources: Mapping[str, str]) -> Iterator[Place]:
    for node in included:
        if not isinstance(node.template, nodes.Const):
            yield node.lineno, "a part is included by a computed name", 'write its name: {% include "part.md" %}.'
        elif node.template.value not in sources:
            message = f"the part {node.template.value} is missing"
            yield node.lineno, message, "write the file in the campaign's folder, or remove the include."
