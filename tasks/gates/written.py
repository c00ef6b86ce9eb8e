"""The files that the words of a variant were written in, and the places where they stand there."""

import re
from functools import cached_property
from pathlib import Path

from tasks.gates.reading import exact_line, line_of, lines_of

BRIEF_FILE = "campaign.yaml"
REMARK = re.compile(r"(?:^|\s)#.*$")
INCLUDED = re.compile(r"{%[-+]?\s*include\s+[\"']([\w.-]+)[\"']")


class Written:
    """What was written into a variant of a channel: ``source`` is its text's file in the campaign's ``folder``.

    ``included`` are the files that were included in the variant; None where nobody knows.
    """

    folder: Path
    source: str
    channel: str
    included: tuple[str, ...] | None

    def place(self, excerpt: str) -> tuple[str, int]:
        """Return file and line where an excerpt was written: in the text, its template or the brief, else the top."""
        for find in (exact_line, line_of):
            for name in self.written:
                if line := find(self.lines(name), excerpt):
                    return name, line
        return self.source, 1

    def written_at(self, *forms: str | re.Pattern[str], but: str = "") -> tuple[str, int] | None:
        """Return file and line where the first of these forms that stands anywhere stands first; None where none does.

        ``but`` is a file that is not looked into.
        """
        for form in forms:
            for name in (each for each in self.written if each != but):
                for number, line in self.numbered(name):
                    if form in line if isinstance(form, str) else form.search(line):
                        return name, number
        return None

    @cached_property
    def written_lines(self) -> tuple[tuple[tuple[str, int], str], ...]:
        """Every line of the files of ``written``, with its place; of every part where nobody knows which are included.

        The remarks of the brief are left out.
        """
        beside = sorted(path.name for path in self.folder.glob("*.md") if not path.name.startswith("text."))
        parts = beside if self.included is None else ()
        names = dict.fromkeys((*(name for name in self.written if name != BRIEF_FILE), *parts, BRIEF_FILE))
        return tuple(
            ((name, number), REMARK.sub("", line) if name == BRIEF_FILE else line)
            for name in (names if self.source else ())
            for number, line in self.numbered(name)
        )

    @cached_property
    def written(self) -> tuple[str, ...]:
        """The files that a variant's words may stand in: its text, what that includes, its own templates, the brief."""
        included = INCLUDED.findall("\n".join(self.lines(self.source))) if self.included is None else self.included
        templates = sorted(path.name for path in self.folder.glob(f"{self.channel}.*.j2"))
        return tuple(dict.fromkeys((self.source, *included, *templates, BRIEF_FILE)))

    def key(self, name: str) -> tuple[str, int]:
        """Return file and line of a key of the brief, such as ``sender``; line 1 where the brief lacks it."""
        lines = self.lines(BRIEF_FILE)
        found = (number for number, line in enumerate(lines, start=1) if line.startswith(f"{name}:"))
        return BRIEF_FILE, next(found, 1)

    def field(self, name: str) -> list[tuple[int, str]]:
        """Return the numbered lines of a field of the text's front matter, such as ``sms``; none where it lacks it."""
        found: list[tuple[int, str]] = []
        for number, line in self.numbered(self.source):
            if line.startswith(f"{name}:") or (found and line[:1] in (" ", "\t")):
                found.append((number, line))
            elif found:
                break
        return found

    def numbered(self, name: str) -> list[tuple[int, str]]:
        """Return the numbered lines of a file of the campaign."""
        return list(enumerate(self.lines(name), start=1))

    def lines(self, name: str) -> list[str]:
        """Return the lines of a file in the campaign's folder; none where there is no such file."""
        return lines_of(self.folder / name)
