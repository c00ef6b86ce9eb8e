"""Letters: the text of a variant as a typst document, and many recipients' letters in one file for the print shop."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from tasks import slots
from tasks.letter_source import DIVIDER, letter_source
from tasks.sample_typesetting import typeset_sample
from tasks.typesetting import Letters, typeset

PAGES_OF_A_SHEET = 2


def letter_template(page: str, samples: Mapping[str, str]) -> bytes:
    """Return the typst document of a letter's HTML, slots as markers, once it has been set with ``samples``.

    Later pages are numbered where the sample fills more than one. Raises InputError where it cannot be typeset.
    """
    return _set_once(page, tuple(samples.items()))


@lru_cache(maxsize=64)
def _set_once(page: str, samples: tuple[tuple[str, str], ...]) -> bytes:
    plain = letter_source(page)
    pages = sample(plain, dict(samples)).places[0][1]
    return letter_source(page, numbered=True) if pages > 1 else plain


def sample(template: bytes, values: Mapping[str, str]) -> Letters:
    """Return one letter as PDF, its slots filled with these values."""
    return typeset_sample(slots.parse(template).fill(values))


def printed(document: bytes) -> bytes:
    """Return the PDF of one recipient's document."""
    return typeset(document).pdf


def batch(documents: Iterable[bytes]) -> bytes:
    """Return one document with the letters of several of one variant: its text once, then every recipient."""
    text, calls = b"", []
    for document in documents:
        text, _, call = document.partition(DIVIDER)
        calls.append(call)
    return text + DIVIDER + b"".join(calls)
