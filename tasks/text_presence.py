"""A message says what its author wrote: no empty text, and no template of the campaign's own that loses it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import lxml.html

from campaigns.errors import Finding
from campaigns.texts import TextSource
from tasks import slots
from tasks.gates.reading import WORD, shown
from tasks.markdown import to_html
from tasks.own_templates import own_templates
from tasks.variants import RenderedVariant

LEAST_KEPT = 0.5  # of the different words; a template may leave a paragraph out, not the text
REMEDY_OF_TEMPLATE = "print {{{{ message.{field} }}}} in {file}, or take the block away."


def lost_words(
    folder: Path, source: TextSource, fields: Mapping[str, str], variant: RenderedVariant
) -> Iterator[Finding]:
    """Yield a finding where the text of a variant has no words, and one for each own template that drops them."""
    body = fields["body"]
    if not WORD.search(body):
        start = source.fields["body"].count("\n") or 1  # where the front matter ends, if nothing follows
        remedy = "write the text below the front matter, for every value that it branches on."
        yield _finding(source.file, start, "the text has no words", remedy, variant)
        return
    wanted = _words(shown(lxml.html.document_fromstring(to_html(body) or "<p></p>")))
    parts = {"txt": variant.text, "html": _seen(variant.html)}
    for kind, path in own_templates(folder, variant.channel).items():
        if len(wanted & _words(parts[kind])) < LEAST_KEPT * len(wanted):
            field = "body" if kind == "html" else "text"
            remedy = REMEDY_OF_TEMPLATE.format(field=field, file=path.name)
            message = "the template does not print the text of the message"
            yield _finding(f"{folder.name}/{path.name}", _block_line(path), message, remedy, variant)


def _finding(file: str, line: int, message: str, remedy: str, variant: RenderedVariant) -> Finding:
    return Finding("text_file", "P5b", "B", file, line, message, remedy, variant.language, variant.channel)


def _words(text: str) -> set[str]:
    return {word.casefold() for word in WORD.findall(slots.readable(text))}


def _seen(html: str) -> str:
    return shown(lxml.html.document_fromstring(html)) if html.strip() else ""


def _block_line(path: Path) -> int:
    """Return the line of the block that replaces the text, else that where the template begins."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if re.search(r"{%-?\s*block body\b", line)), 1)
