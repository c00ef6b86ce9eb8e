"""A campaign's own template of a channel, where the layout does not do: ``CHANNEL.html.j2`` and ``CHANNEL.txt.j2``.

It may ``{% extends "email.html.j2" %}`` the shared layout and replace its blocks, or stand alone. It is rendered in the
sandbox and the bounded process of the texts, with what layouts print (``message``), facts, and slots as markers.
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import lxml.html
from lxml.etree import ParserError

from campaigns.brief import Brief
from campaigns.campaign_files import TEMPLATE, is_read
from campaigns.channels import priced_per_part
from campaigns.errors import Finding
from campaigns.language import base
from campaigns.text_checks import check_template
from tasks import rendering, slots
from tasks.combinations import Combination
from tasks.message_words import messages
from tasks.pages import LAYOUTS
from tasks.workplace import Workplace

KINDS = ("txt", "html")
PREFIX = "own/"
UNREAD = frozenset({".j2", ".jinja", ".jinja2", ".typ", ".html", ".css"})
"""Endings of what one writes to change a layout."""
Wanted = Mapping[int, tuple[Combination, dict[str, str]]]


def own_templates(folder: Path, channel: str) -> dict[str, Path]:
    """Return a campaign's own templates of a channel by kind, ``txt`` or ``html``; empty where the layout does."""
    return {kind: path for kind, path in _written(folder, channel).items() if is_read(path, TEMPLATE)}


def check_templates(brief: Brief, folder: Path) -> list[Finding]:
    """Return every fault of the campaign's own templates that shows before rendering, each with file and line."""
    names = [*slots.BUILT_IN, *slots.POSTAL, *(slot.name for slot in brief.slots)]
    shared = _layouts()
    return [
        finding
        for channel in brief.channels
        for path in _written(folder, channel).values()
        for finding in check_template(path, names, shared)
    ]


def unread_templates(brief: Brief, folder: Path) -> list[Finding]:
    """Return a finding for each template of the folder that nobody reads, in whose place the shared layout is used."""
    own = [channel for channel in brief.channels if channel not in priced_per_part()]
    known = [f"{channel}.{kind}.j2" for channel in own for kind in KINDS]
    remedy = f"remove it, or give it one of the names that are read: {', '.join(known)}."
    found = (path for path in folder.iterdir() if path.suffix in UNREAD and not path.name.startswith("."))
    return [
        Finding("text_syntax", "P5c", "B", f"{folder.name}/{path.name}", 0, f"nobody reads {path.name}", remedy)
        for path in sorted(found)
        if path.name not in known
    ]


def render_templates(
    brief: Brief, folder: Path, workplace: Workplace, wanted: Wanted
) -> tuple[dict[int, dict[str, str]], list[Finding]]:
    """Return what the own templates make of each wanted text, by number and kind, and a finding for each failure."""
    printed = {slot.name: slots.marker(slot.name) for slot in brief.slots}
    numbers, jobs = [], []
    for number, (each, fields) in wanted.items():
        if not (found := own_templates(folder, each.channel)):
            continue
        pair = messages(brief, workplace, each.wave, each.channel, each.language, fields)
        for kind, path in found.items():
            numbers.append((number, kind))
            jobs.append({
                "templates": {kind: PREFIX + path.name}, "language": base(each.language),
                "message": asdict(pair[KINDS.index(kind)]), "slots": printed,
                "facts": dict(each.facts) | {"channel": each.channel, "wave": each.wave, "language": each.language},
            })  # fmt: skip
    if not jobs:
        return {}, []
    answers, findings = rendering.render_layouts(jobs, _sources(folder, brief), folder)
    made: dict[int, dict[str, str]] = {number: {} for number in wanted}
    for (number, kind), answer in zip(numbers, answers, strict=False):
        made[number][kind] = answer.get(kind, "")
    return made, findings or _without_words(folder, wanted, made)


def _without_words(folder: Path, wanted: Wanted, made: Mapping[int, Mapping[str, str]]) -> list[Finding]:
    """Return a finding for each own template that prints nothing, in whose place nobody would expect the layout."""
    silent = {
        f"{folder.name}/{wanted[number][0].channel}.{kind}.j2"
        for number, answer in made.items()
        for kind, written in answer.items()
        if not (_shown(written) if kind == "html" else written.strip())
    }
    message = "the template prints no words, or nests them too deeply to be read"
    remedy = "write the message in it, or remove the file, so that the shared layout is used."
    return [Finding("text_syntax", "P5c", "B", file, 1, message, remedy) for file in sorted(silent)]


def _shown(page: str) -> bool:
    try:
        return bool(str(lxml.html.document_fromstring(page).xpath("string()")).strip())
    except (ParserError, ValueError):  # nothing, or a comment alone
        return False


def _written(folder: Path, channel: str) -> dict[str, Path]:
    """Return what stands where own templates of a channel are looked for, whether or not it may be read."""
    found = {kind: folder / f"{channel}.{kind}.j2" for kind in KINDS}
    return {kind: path for kind, path in found.items() if path.exists() or path.is_symlink()}


def _sources(folder: Path, brief: Brief) -> dict[str, str]:
    own = {PREFIX + path.name: path for channel in brief.channels for path in own_templates(folder, channel).values()}
    return _layouts() | {name: path.read_text(encoding="utf-8", errors="replace") for name, path in own.items()}


def _layouts() -> dict[str, str]:
    shared = (path for path in LAYOUTS.iterdir() if path.suffix in {".j2", ".css"})
    return {path.name: path.read_text(encoding="utf-8") for path in shared}
