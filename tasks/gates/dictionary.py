"""A hunspell dictionary whose entries are read when a word asks for them.

spylls makes an object of each of the hundreds of thousands of lines, which takes seconds; a text needs a few hundred.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from spylls.hunspell.algo.lookup import Lookup  # type: ignore[import-untyped]
from spylls.hunspell.readers.aff import Context, read_aff  # type: ignore[import-untyped]
from spylls.hunspell.readers.dic import read_dic  # type: ignore[import-untyped]
from spylls.hunspell.readers.file_reader import FileReader  # type: ignore[import-untyped]

STEM_ENDS = str.maketrans("\t", "/")


class Entries:
    """The entries of a ``.dic`` file by stem, with what spylls' look-up asks of them: ``homonyms``, ``has_flag``."""

    def __init__(self, path: Path, affixes: Any, context: Context) -> None:
        self._affixes, self._context = affixes, context
        self._lines: dict[str, str] = {}
        self._read: dict[str, list[Any]] = {}
        for line in path.read_text(encoding=context.encoding, errors="surrogateescape").splitlines()[1:]:
            stem = line.translate(STEM_ENDS).partition("/")[0].strip()
            self._lines[stem] = f"{self._lines[stem]}\n{line}" if stem in self._lines else line

    def homonyms(self, stem: str, *, ignorecase: bool = False) -> list[Any]:
        """Return the entries of a stem; ``ignorecase``: of each stem with capitals that is this in lower case."""
        if ignorecase:
            return [entry for written in self._with_capitals.get(stem, ()) for entry in self.homonyms(written)]
        if stem not in self._lines:
            return []
        if stem not in self._read:
            self._read[stem] = read_dic(self._numbered(stem), aff=self._affixes, context=self._context).words
        return self._read[stem]

    def has_flag(self, stem: str, flag: str, *, for_all: bool = False) -> bool:
        """Tell whether any entry of a stem, or with ``for_all`` each, has a flag; false where there is no entry."""
        flagged = [flag in entry.flags for entry in self.homonyms(stem)]
        return bool(flagged) and (all(flagged) if for_all else any(flagged))

    @cached_property
    def _with_capitals(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for stem in self._lines:
            if (lower := stem.lower()) != stem:
                found[lower].append(stem)
        return found

    def _numbered(self, stem: str) -> Iterator[tuple[int, str]]:
        """Yield the lines of a stem as the reader wants them; the first of a file would be the number of entries."""
        yield from enumerate(self._lines[stem].splitlines(), start=2)


def read_dictionary(path: Path) -> Any:
    """Return spylls' look-up of a dictionary, which tells of a word if it is known; ``path`` without its suffix."""
    affixes, context = read_aff(FileReader(str(path.with_suffix(".aff"))))
    return Lookup(affixes, Entries(path.with_suffix(".dic"), affixes, context))
