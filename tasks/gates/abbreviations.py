"""Abbreviations of the city's own that a text uses without saying what they stand for."""

import re
from collections.abc import Iterator

from tasks.gates.word_lists import Hit, hits

EVERY_LANGUAGE = "mul"
REGISTRY_NUMBER = re.compile(r"\s?-?\d")
"""After an abbreviation: it is the beginning of a registry number, such as KS 2026/0001."""


def unexplained(sentences: tuple[str, ...]) -> Iterator[tuple[str, Hit]]:
    """Yield each sentence and place of an abbreviation that none of the sentences of a text explains."""
    whole = "\n".join(sentences)
    for sentence in sentences:
        for hit in hits("abbreviations", EVERY_LANGUAGE, sentence):
            if not REGISTRY_NUMBER.match(sentence, hit.end) and not _explains(whole, hit.term.term):
                yield sentence, hit


def _explains(text: str, term: str) -> bool:
    """Tell whether a text says what an abbreviation stands for.

    The words stand right before it, in brackets or between commas, or right after it: “the act on support (LSS)”,
    “LSS, the act on support”, “LSS means”.
    """
    before = rf"\w\s*\({term}[),]|[a-zåäö]{{3,}},\s{term}(?!\w)"
    means = r"betyder|står\s+för|means|stands\s+for|(?:är|is)\s+(?:en|ett|den|det|stadens|an?|the)"
    after = rf"(?<!\w){term}(?:\s*[(,:–]\s*[a-zåäö]{{3,}}|\s+(?:{means})(?!\w))"
    return bool(re.search(f"{before}|{after}", text))
