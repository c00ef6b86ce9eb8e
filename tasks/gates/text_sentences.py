"""The sentences of a block with the facts that each tells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tasks.gates.fact_words import fact_words
from tasks.gates.facts_told import Fact
from tasks.gates.masking import shown_safely
from tasks.gates.readability import SENTENCE_END
from tasks.gates.text_blocks import Block

BEFORE, AFTER = 28, 20
"""How many signs around a fact hold the word that says what it is."""


@dataclass(frozen=True)
class Told:
    """One sentence of a block as written, its line, and the facts in it; their places count in the whole block."""

    words: str
    line: int
    language: str
    facts: tuple[Fact, ...]
    block: str

    def says(self, cue: str) -> bool:
        """Tell whether the sentence holds a cue of its language, such as ``by``."""
        return bool(fact_words(self.language).cues[cue].search(self.words))

    def near(self, cue: str, fact: Fact) -> bool:
        """Tell whether a cue stands right before a fact, or right after it with no figure between."""
        form = fact_words(self.language).cues[cue]
        before = self.block[max(0, fact.start - BEFORE) : fact.start]
        after = re.split(r"[\d.!?]", self.block[fact.end : fact.end + AFTER])[0]
        return bool(form.search(re.split(r"[.!?]\s", before)[-1]) or form.search(after))

    def of(self, kind: str) -> list[Fact]:
        """Return the facts of a kind."""
        return [fact for fact in self.facts if fact.kind == kind]


def told_in(block: Block) -> tuple[Told, ...]:
    """Return the sentences of a block."""
    return _told_in(block, block.language)


@lru_cache(maxsize=4096)
def _told_in(block: Block, language: str) -> tuple[Told, ...]:
    return tuple(_sentences(block))


def _sentences(block: Block) -> Iterator[Told]:
    ends = [found.span() for found in SENTENCE_END.finditer(block.text)]
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(block.text)]
    for start, stop in zip(starts, stops, strict=True):
        facts = tuple(fact for fact in block.facts if start <= fact.start < stop)
        begins = start + len(block.text[start:stop]) - len(block.text[start:stop].lstrip())
        words = " ".join(re.sub(r"\]\([^)]*\)|[\[*_\\]", "", block.text[start:stop]).split())
        if words:
            yield Told(
                shown_safely(words), block.line + block.text[:begins].count("\n"), block.language, facts, block.text
            )
