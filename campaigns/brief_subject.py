"""What a rule sees of a campaign folder: the sound part of its brief, its queries and its texts."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from campaigns.brief_form import value_at
from campaigns.brief_source import Path_
from campaigns.campaign_files import TEMPLATE, is_read

Found = Iterator[tuple[Path_, str, str]]
COMMENT_OR_TEXT = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
REGISTER = re.compile(r"\bregister_([a-z_]+)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Subject:
    """A campaign folder and the sound part of its brief; faulty values are None.

    ``now`` is the moment that the campaign's times are held against; None where they are not, as in a run under way.
    """

    folder: Path
    data: dict[str, Any]
    now: datetime | None = None

    def get(self, *path: str | int) -> Any:
        """Return a value of the brief; None where it is missing or faulty."""
        return value_at(self.data, path)

    def rows(self, *path: str | int) -> list[tuple[int, dict[str, Any]]]:
        """Return the sound blocks of a list, each with its place in the list."""
        return [(number, row) for number, row in self._items(path) if isinstance(row, dict)]

    def words(self, *path: str | int) -> list[tuple[int, str]]:
        """Return the sound words of a list, each with its place in the list."""
        return [(number, word) for number, word in self._items(path) if isinstance(word, str)]

    def text(self, *path: str | int) -> str:
        """Return the text at a path without space around it; empty where there is none."""
        value = self.get(*path)
        return value.strip() if isinstance(value, str) else ""

    def instant(self, *path: str | int) -> datetime | None:
        """Return the time with offset at a path."""
        try:
            time = datetime.fromisoformat(self.text(*path))
        except ValueError:
            return None
        return time if time.utcoffset() is not None else None

    def day(self, *path: str | int) -> date | None:
        """Return the date at a path, or the local date of the time there."""
        if time := self.instant(*path):
            return time.date()
        try:
            return date.fromisoformat(self.text(*path))
        except ValueError:
            return None

    def file(self, name: object) -> str | None:
        """Return the text of a file in the campaign's folder; None where there is no such text."""
        try:
            path = self.folder / str(name)
            return path.read_text(encoding="utf-8-sig") if is_read(path, TEMPLATE) else None
        except (OSError, ValueError):
            return None

    @cached_property
    def registers(self) -> dict[int, set[str]]:
        """The registers that each wave's audience query reads, by the wave's place; no entry without a file."""
        queries = {number: self.file(wave["audience"]) for number, wave in self.rows("waves") if wave.get("audience")}
        return {
            number: {word.lower() for word in REGISTER.findall(COMMENT_OR_TEXT.sub(" ", query))}
            for number, query in queries.items()
            if query is not None
        }

    @cached_property
    def internal_waves(self) -> set[int]:
        """Places of the waves to employees: those that read their register, or else the first of several."""
        reading = {number for number, registers in self.registers.items() if "employees" in registers}
        return reading or ({0} if len(self.rows("waves")) > 1 else set())

    def _items(self, path: Path_) -> list[tuple[int, Any]]:
        listed = self.get(*path)
        return list(enumerate(listed)) if isinstance(listed, list) else []


Rule = Callable[[Subject], Found]
RULES: dict[str, Rule] = {}


def rule(check: Rule) -> Rule:
    """Register a function as the gate of its own name; it yields path, what is wrong, what to do."""
    RULES[check.__name__] = check
    return check
