"""Word lists as data: ``campaigns/words/*.csv``, each row a term with what to write instead and where that is said."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from campaigns import language as languages
from campaigns.language import base

WORDS = Path(languages.__file__).parent / "words"


@dataclass(frozen=True)
class Term:
    """One row: ``pattern`` is a regular expression of the term's forms, ``source`` names the publication.

    ``kind`` sorts the terms of a list that holds several kinds, and is empty elsewhere.
    """

    term: str
    language: str
    pattern: str
    replacement: str
    kind: str
    source: str


@dataclass(frozen=True)
class Hit:
    """A term where it stands: ``text[start:end]``."""

    term: Term
    start: int
    end: int


@cache
def terms(name: str) -> tuple[Term, ...]:
    """Return the rows of a list, such as ``jargon``; a row without a pattern matches its term as written."""
    with (WORDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = [{key: value or "" for key, value in row.items()} for row in csv.DictReader(file)]
    return tuple(
        Term(
            term=row["term"], language=row["language"], pattern=row.get("pattern") or re.escape(row["term"]),
            replacement=row.get("replacement", ""), kind=row.get("kind", ""), source=row["source"],
        )
        for row in rows
    )  # fmt: skip


@lru_cache(maxsize=4096)
def hits(name: str, language: str, text: str) -> tuple[Hit, ...]:
    """Return every term of a list in a text of this language, in order; the longest where several begin together."""
    return tuple(_hits(name, base(language), text))


def _hits(name: str, language: str, text: str) -> Iterator[Hit]:
    rows, expression = _expression(name, language)
    if expression is None:
        return
    for match in expression.finditer(text):
        if match.lastgroup:
            yield Hit(rows[int(match.lastgroup[1:])], match.start(), match.end())


@cache
def _expression(name: str, language: str) -> tuple[tuple[Term, ...], re.Pattern[str] | None]:
    rows = tuple(sorted((row for row in terms(name) if row.language == language), key=lambda row: -len(row.term)))
    forms = "|".join(f"(?P<t{number}>{_words(row.pattern)})" for number, row in enumerate(rows))
    return rows, re.compile(rf"(?<![\w-])(?:{forms})(?!\w)", re.IGNORECASE) if rows else None


def _words(pattern: str) -> str:
    return pattern.replace(r"\ ", " ").replace(" ", r"\s+")
