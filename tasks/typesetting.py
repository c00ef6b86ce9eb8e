"""Typst documents of letters to PDF/UA-1: ``python -m tasks.typesetting PARENT``.

It reads one on standard input and prints one line of JSON, the first page and the number of pages of every letter, and
then the PDF. A batch is set in
a process of its own, because typst keeps what it has set for a while: some 250 MB for 500 letters of two pages.

Fonts are typst's own and those that come with matplotlib; for a character that none of them has, a box with the name of
its script stands there, so that no name in the world stops a batch. Nothing depends on what the machine has installed.
"""

import importlib.util
import json
import os
import resource
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import typst

from campaigns.errors import InputError
from tasks.lifeline import end_with_parent

SECONDS = 600
MOST_MEMORY = 4 * 2**30
"""Address space in bytes; a batch takes a tenth of what it may (docs/performance.md)."""
MEND = "mend the text, the logotype or campaigns/layouts/letter.typ, whichever the reason names."
_PAGES = (
    "(query(<first-page>).map(each => each.location().page()), query(<last-page>).map(each => each.location().page()))"
)


class Letters(NamedTuple):
    """A PDF file and (first page, number of pages) of each letter in it, pages counted from 1."""

    pdf: bytes
    places: tuple[tuple[int, int], ...]


def typeset(source: bytes) -> Letters:
    """Return the letters of a typst document; raises InputError with typst's reason."""
    try:
        compiler = typst.Compiler(input=source, font_paths=_fonts())
        first, last = json.loads(compiler.eval(_PAGES))
        pdf = compiler.compile(input=source, format="pdf", pdf_standards="ua-1")
    except RuntimeError as error:  # typst.TypstError is one
        raise InputError(
            f"the letter cannot be typeset: {str(error).splitlines()[0]}",
            remedy=MEND,
        ) from None
    assert isinstance(pdf, bytes)
    return Letters(pdf, tuple((begin, end - begin + 1) for begin, end in zip(first, last, strict=True)))


def typeset_apart(source: bytes) -> Letters:
    """Do the same in a process of its own, which ends with this one; an error says nothing of what the letters hold."""
    command = [sys.executable, "-m", "tasks.typesetting", str(os.getpid())]
    environment = {"PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "2"}
    try:
        done = subprocess.run(command, input=source, capture_output=True, check=True, timeout=SECONDS, env=environment)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise InputError(
            f"a batch of letters cannot be typeset ({type(error).__name__}); nothing of the shard was handed over",
            remedy="look at the preview's letters and at the machine's free memory, then run the same command again.",
        ) from None
    places, _, pdf = done.stdout.partition(b"\n")
    return Letters(pdf, tuple((first, pages) for first, pages in json.loads(places)))


@cache
def _fonts() -> "typst.Fonts":
    found = importlib.util.find_spec("matplotlib")  # found, not imported: that would take a second
    folders = found.submodule_search_locations if found and found.submodule_search_locations else []
    shipped = [Path(folder) / "mpl-data" / "fonts" / "ttf" for folder in folders]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=shipped)


def main() -> None:
    """Bound the process, then set the document on standard input."""
    end_with_parent(int(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS * (os.cpu_count() or 1),) * 2)
    try:
        letters = typeset(sys.stdin.buffer.read())
    except InputError:
        sys.exit(1)
    sys.stdout.buffer.write(json.dumps(letters.places).encode() + b"\n" + letters.pdf)


if __name__ == "__main__":
    main()
