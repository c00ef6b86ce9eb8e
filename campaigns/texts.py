"""Texts as communicators write them: ``text.<language>.md``, front matter between ``---`` and then Markdown.

A wave may have a text of its own, ``text.<wave>.<language>.md``. Everything may hold Jinja2.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from campaigns.brief_source import MOST_BRACKETS, levels
from campaigns.campaign_files import TEXT, why_refused
from campaigns.errors import Finding

FIELDS = ("subject", "preheader", "page_title", "sms")
ALTERNATIVES = "alt"
FENCE = "---"
MISSING = "the text is missing"
SLIP = 0.8
"""Likeness (Ratcliff and Obershelp 1988) from which on a word is a slip: frist_name is first_name, last_name is not."""
Problem = tuple[int, str, str]
"""Line, what is wrong, what to do."""


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
    return own if own.exists() or own.is_symlink() else folder / f"text.{language}.md"


def read_text(path: Path, language: str) -> tuple[TextSource | None, list[Finding]]:
    """Return one text file and what is wrong with it; no text where it cannot be read at all."""
    file = f"{path.parent.name}/{path.name}"

    def fault(line: int, message: str, remedy: str) -> Finding:
        return Finding("text_file", "P5b", "B", file, line, message, remedy, language)

    lines, problem = _lines(path)
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == FENCE), 0)
    if not problem and (not lines or lines[0].rstrip() != FENCE or not end):
        remedy = f"begin the file with {FENCE}, a line such as `subject: …`, and {FENCE}."
        problem = 1, "the text has no front matter", remedy
    matter, problem = ({}, problem) if problem else _front_matter("\n".join(lines[1:end]))
    if problem:
        return None, [fault(*problem)]
    fields, wrong = _fields(matter, lines)
    fields["body"] = "\n" * (end + 1) + "\n".join(lines[end + 1 :])
    return TextSource(file, path, language, fields), [fault(*found) for found in wrong]


def near_miss(written: str, known: Collection[str]) -> str:
    """Return the known word that was probably meant; empty where none differs by a slip of the pen alone."""
    return next(iter(get_close_matches(written, list(known), n=1, cutoff=SLIP)), "")


def _lines(path: Path) -> tuple[list[str], Problem | None]:
    if not path.exists() and not path.is_symlink():
        return [], (0, MISSING, f"write {path.name}, front matter and Markdown.")
    if reason := why_refused(path, TEXT):
        return [], (0, f"{path.name} {reason[0]}", reason[1])
    try:
        return path.read_text(encoding="utf-8-sig").splitlines(), None
    except (OSError, UnicodeDecodeError):
        return [], (0, "the text cannot be read", "save it as UTF-8 text.")


@lru_cache(maxsize=64)
def _front_matter(written: str) -> tuple[Any, Problem | None]:
    if levels(written) > MOST_BRACKETS:  # the parser needs minutes for these
        return {}, (2, "the front matter is nested too deeply", "write lines such as `subject: …`.")
    try:
        return YAML().load("\n" + written) or {}, None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return {}, (line, f"the front matter is not YAML: {error.problem}", "quote values that hold a colon.")
    except Exception:  # the parser meets hostile input with errors of many kinds; none may become a traceback
        return {}, (2, "the front matter is not YAML", "write lines such as `subject: …`.")


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
        elif key in FIELDS and value is None:
            wrong += [(line, f"{key} is empty", "write words after it, or take the line away.")] * (key != "subject")
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
    near = near_miss(key, (*FIELDS, ALTERNATIVES))
    return f"did you mean {near}?" if near else "use " + ", ".join((*FIELDS, ALTERNATIVES)) + "."


def _line(mapping: Any, key: Any) -> int:
    """Return the line of the file; the parsed text begins with an empty line in the place of the fence."""
    return int(mapping.lc.key(key)[0]) + 1
