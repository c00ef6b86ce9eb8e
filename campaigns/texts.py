"""Texts as communicators write them: ``text.<language>.md``, front matter between ``---`` and then Markdown.

A wave may have a text of its own, ``text.<wave>.<language>.md``. Everything may hold Jinja2.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import takewhile
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from campaigns.errors import Finding

FIELDS = ("subject", "preheader", "page_title", "sms")
ALTERNATIVES = "alt"
FENCE = "---"


@dataclass(frozen=True)
class TextSource:
    """One text file: its templates by field, each with newlines before it so that its lines count as in the file.

    The fields are those of the front matter, ``alt:<image>`` for alternative texts, and ``body``.
    """

    file: str
    path: Path
    language: str
    fields: Mapping[str, str]

    def templates(self) -> dict[str, str]:
        """Return the templates under names that the sandbox and findings use: ``<file name>#<field>``."""
        return {f"{self.path.name}#{field}": source for field, source in self.fields.items()}


def text_path(folder: Path, wave: str, language: str) -> Path:
    """Return the wave's own text where there is one, otherwise the text of every wave."""
    own = folder / f"text.{wave}.{language}.md"
    return own if own.is_file() else folder / f"text.{language}.md"


def read_text(path: Path, language: str) -> tuple[TextSource | None, list[Finding]]:
    """Return one text file and what is wrong with it; no text where it cannot be read at all."""
    file = f"{path.parent.name}/{path.name}"

    def fault(line: int, message: str, remedy: str) -> Finding:
        return Finding("text_file", "P5b", "B", file, line, message, remedy, language)

    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return None, [fault(0, "the text is missing", f"write {path.name}, front matter and Markdown.")]
    except (OSError, UnicodeDecodeError):
        return None, [fault(0, "the text cannot be read", "save it as UTF-8 text.")]
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == FENCE), 0)
    if not lines or lines[0].rstrip() != FENCE or not end:
        remedy = f"begin the file with {FENCE}, a line such as `subject: …`, and {FENCE}."
        return None, [fault(1, "the text has no front matter", remedy)]
    try:
        matter = YAML().load("\n" + "\n".join(lines[1:end])) or {}
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return None, [fault(line, f"the front matter is not YAML: {error.problem}", "quote values that hold a colon.")]
    fields, wrong = _fields(matter, lines)
    fields["body"] = "\n" * (end + 1) + "\n".join(lines[end + 1 :])
    return TextSource(file, path, language, fields), [fault(*found) for found in wrong]


def _fields(matter: Any, lines: list[str]) -> tuple[dict[str, str], list[tuple[int, str, str]]]:
    if not isinstance(matter, dict):
        return {}, [(2, "the front matter is not a list of keys", "write lines such as `subject: …`.")]
    fields: dict[str, str] = {}
    wrong = []
    for key, value in matter.items():
        line = _line(matter, key)
        if key == ALTERNATIVES and isinstance(value, dict):
            said = [image for image, text in value.items() if isinstance(text, str)]
            fields |= {f"alt:{image}": _as_written(value, image, lines) for image in said}
            remedy = 'write what the picture shows, or "" if it is mere decoration.'
            wrong += [
                (_line(value, image), f"alt: {image} is not text", remedy) for image in value if image not in said
            ]
        elif key in FIELDS and isinstance(value, str):
            fields[key] = _as_written(matter, key, lines)
        elif key in (*FIELDS, ALTERNATIVES):
            wrong.append((line, f"{key} is not text", "put the value in quotation marks."))
        else:
            wrong.append((line, f"nobody reads the key {key}", _nearest(str(key))))
    if not fields.get("subject", "").strip():
        wrong.append((1, "the text has no subject", "add a line `subject: …` to the front matter."))
    return fields, wrong


def _as_written(mapping: Any, key: Any, lines: list[str]) -> str:
    """Return a value after as many line ends as stand before it; of a block (``|``, ``>``) the lines of the file."""
    line = _line(mapping, key)
    if not re.search(r":\s+[|>][-+0-9]*\s*$", lines[line - 1]):
        return "\n" * (line - 1) + str(mapping[key])
    indent = len(lines[line - 1]) - len(lines[line - 1].lstrip())
    block = takewhile(lambda each: not each.strip() or each[: indent + 1].isspace(), lines[line:])
    return "\n" * line + "\n".join(each.strip() for each in block)


def _nearest(key: str) -> str:
    near = get_close_matches(key, (*FIELDS, ALTERNATIVES), n=1)
    return f"did you mean {near[0]}?" if near else "use " + ", ".join((*FIELDS, ALTERNATIVES)) + "."


def _line(mapping: Any, key: Any) -> int:
    """Return the line of the file; the parsed text begins with an empty line in the place of the fence."""
    return int(mapping.lc.key(key)[0]) + 1
