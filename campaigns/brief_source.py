"""Reading ``campaign.yaml`` as written: values, the line of every key, and what YAML itself finds wrong.

Scalars are taken from the nodes rather than from YAML's own guesses, so that a phone number keeps its zeros, ``no``
stays a word and a time keeps its offset whether it is quoted or not; the model decides what each must be.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from campaigns.campaign_files import why_refused

Path_ = tuple[str | int, ...]
MOST_BYTES = 100_000
MOST_LEVELS = 12
MOST_BRACKETS = 50
WHOLE = re.compile(r"-?(0|[1-9]\d{0,15})")
DECIMAL = re.compile(r"-?(0|[1-9]\d{0,15})(\.\d{1,17})?([eE][-+]?\d{1,3})?")
NESTED_ON_A_LINE = re.compile(r"(?:[-?:] +)+")
UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
KEY = re.compile(r"(?!.*\d{4})[A-Za-zÅÄÖåäö][A-Za-zÅÄÖåäö0-9_-]{0,39}")
OPEN_QUOTATION = re.compile(r"(?!\s*#)(?:[^\"'#]*[:\[{,-]\s+)(?:\"(?:[^\"\\]|\\.)*|'(?:[^']|'')*)$")

FOLD = "\a"  # ruamel marks with it where a folded text was broken


@dataclass(frozen=True)
class Fault:
    """One fault before it has a line: ``path`` leads to the key, ``gate`` names the row in the programme.

    ``line`` is given only where no key holds it, as for broken YAML.
    """

    gate: str
    path: Path_
    message: str
    remedy: str
    line: int = 0


@dataclass
class Source:
    """A brief as written: plain data, the line of every path, and the faults of its YAML."""

    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path_, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    readable: bool = True

    def line(self, path: Path_) -> int:
        """Return the line of the key, or of the nearest key around it; 1 where there is none."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_source(path: Path) -> Source:
    """Read a brief; whatever the file holds, the answer says what is wrong with it."""
    try:
        if path.is_symlink() and (reason := why_refused(path, MOST_BYTES)):
            return _unreadable(0, f"{path.name} {reason[0]}", reason[1])
        if not path.is_file():  # opening a pipe would wait for ever
            return _unreadable(0, "there is no brief here", "`budkavle new NAME` makes a folder with a campaign.yaml.")
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError):  # ValueError: a path that no file can have
        return _unreadable(0, "the brief cannot be opened", "Check the path and who may read the file.")
    if len(raw) > MOST_BYTES:
        return _unreadable(0, f"the brief is larger than {MOST_BYTES // 1000} kB", "Only campaign.yaml belongs here.")
    return _decode(raw)


def _decode(raw: bytes) -> Source:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return _unreadable(line, "the brief is not UTF-8 text", "Save the file as UTF-8.")
    if strange := UNPRINTABLE.search(text):
        line, column = _position(text, strange.start())
        return _unreadable(line, f"a character that cannot be shown, in column {column}", "Take the character out.")
    if levels(text) > MOST_BRACKETS:  # the parser needs minutes for these
        return _unreadable(0, "the brief is nested too deeply", f"At most {MOST_LEVELS} levels are used.")
    return _parse(text)


def levels(text: str) -> int:
    """Return how many brackets, list dashes or question marks stand inside each other at most, roughly."""
    steps = ((character in "[{") - (character in "]}") for character in text)
    return max((*accumulate(steps), *(len(run.group()) // 2 for run in NESTED_ON_A_LINE.finditer(text))), default=0)


@lru_cache(maxsize=8)  # one command reads its brief several times
def _composed(text: str) -> Any:
    return YAML(pure=True).compose(text)


def _parse(text: str) -> Source:
    try:
        root = _composed(text)
    except RecursionError:
        return _unreadable(0, "the brief is nested too deeply", f"At most {MOST_LEVELS} levels are used.")
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        if opened := _open_quotation(text, line):
            return _unreadable(opened, "a quotation mark that opens here is not closed in its line", YAML_REMEDY)
        return _unreadable(line, f"this is not YAML, in column {column}: {_problem(error, text, line)}", YAML_REMEDY)
    except Exception:  # the parser meets hostile input with errors of many kinds; none may become a traceback
        return _unreadable(0, "this is not YAML", YAML_REMEDY)
    if not isinstance(root, MappingNode):
        return _unreadable(1, "the brief holds no keys", "Start from the brief that `budkavle new NAME` writes.")
    source = Source()
    source.data = _Reader(source).mapping(root, ())
    return source


YAML_REMEDY = "Each line is `key: value`, lists are indented with spaces, and texts with : or # stand in quotes."


def _open_quotation(text: str, until: int) -> int:
    """Return the first line, not after that of the fault, where a value opens a quotation that it does not close."""
    lines = text.splitlines()[: until or None]
    return next((number for number, line in enumerate(lines, start=1) if OPEN_QUOTATION.match(line)), 0)


def _problem(error: MarkedYAMLError, text: str, line: int) -> str:
    lines = text.splitlines()
    if 0 < line <= len(lines) and "\t" in lines[line - 1]:
        return "a tab; indent with spaces"
    return re.sub(r"""(["'<]).*?["'>]""", "…", error.problem or "unexpected text")  # may quote the author's own words


def _unreadable(line: int, message: str, remedy: str) -> Source:
    return Source(faults=[Fault("brief", (), message, remedy, line)], readable=False)


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


@dataclass
class _Reader:
    """Turns nodes into plain data, noting lines and faults on the way."""

    source: Source
    seen: set[int] = field(default_factory=set)

    def value(self, node: Node, path: Path_) -> Any:
        if id(node) in self.seen:
            return self.fault(path, node, "a repeated block (& and *)", "Write the value out in both places.")
        self.seen.add(id(node))
        if len(path) > MOST_LEVELS:
            return self.fault(path, node, "is nested too deeply", f"At most {MOST_LEVELS} levels are used.")
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        if isinstance(node, SequenceNode):
            return list(self.items(node, path))
        return self.scalar(node, path) if isinstance(node, ScalarNode) else None

    def mapping(self, node: MappingNode, path: Path_) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else None
            if not isinstance(key, str):
                self.fault(path, key_node, "has a key that is not a word", "Write `key: value`.")
            elif key in found:
                first = self.source.lines[(*path, key)]
                message = f"{name_key(key)} stands twice, first in line {first}"
                self.fault((*path, key), key_node, message, "Keep one of them.")
            else:
                self.source.lines[(*path, key)] = key_node.start_mark.line + 1
                found[key] = self.value(value_node, (*path, key))
        return found

    def items(self, node: SequenceNode, path: Path_) -> Iterator[Any]:
        for number, item in enumerate(node.value):
            self.source.lines[(*path, number)] = item.start_mark.line + 1
            yield self.value(item, (*path, number))

    def scalar(self, node: ScalarNode, path: Path_) -> Any:
        text = str(node.value)
        if node.style == ">":
            text = text.replace(FOLD, "")
        if UNPRINTABLE.search(text):
            return self.fault(path, node, "holds a character that cannot be shown", "Take the character out.")
        return text if node.style else plain(text)

    def fault(self, path: Path_, node: Node, message: str, remedy: str) -> None:
        self.source.faults.append(Fault("brief", path, message, remedy, node.start_mark.line + 1))


def plain(text: str) -> Any:
    """Return what an unquoted word means: nothing, yes or no of YAML 1.2, a number, or the word as it stands."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if WHOLE.fullmatch(text):
        return int(text)
    if DECIMAL.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def name_key(key: str | int) -> str:
    """Return a key as a message may show it: one that is no ordinary word may hold somebody's name or number."""
    return f"`{key}`" if isinstance(key, str) and KEY.fullmatch(key) else "a key"


def name_path(path: Path_) -> str:
    """Return the path of a field as a message shows it, such as `waves[1].start` (first item = 1)."""
    shown = ""
    for step in path:
        if isinstance(step, int):
            shown += f"[{step + 1}]"
        else:
            shown += ("." if shown else "") + (step if KEY.fullmatch(step) else "…")
    return f"`{shown}`"
