"""Deadlines, days, spans and telephones that one language version tells and another does not, wherever they stand."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tasks.gates.fact_words import fact_words
from tasks.gates.facts_told import Fact, Value
from tasks.gates.text_blocks import Block, blocks_in
from tasks.gates.text_sentences import BEFORE, told_in
from tasks.gates.times_told import RANGE
from tasks.gates.version_facts import Versions, is_duration, same

SLOT = "{{"
"""A version that prints more of what is filled in may print the day there."""
BETWEEN = re.compile(r"[\s,]*(?:den|the)?[\s,]*", re.IGNORECASE)
HALF_DAY = 12
Paired = frozenset[tuple[str, Value]]
"""Kind and value of facts that are known to contradict one another already."""


@dataclass(frozen=True)
class LeftOut:
    """A fact that readers plan by, where it stands, and the version that does not tell it."""

    block: Block
    fact: Fact
    other_file: str


@lru_cache(maxsize=64)
def left_out(versions: Versions, file: str, paired: Paired) -> tuple[LeftOut, ...]:
    """Return what a version tells that readers plan by, and another version nowhere tells."""
    blocks = {name: blocks_in(lines, language) for name, language, lines in versions}
    slots = {name: " ".join(lines).count(SLOT) for name, _, lines in versions}
    languages = {name: language for name, language, _ in versions if name != file and slots[name] <= slots.get(file, 0)}
    found: dict[tuple[str, Value], LeftOut] = {}
    for block, fact in _planned_by(blocks.get(file, ())):
        others = (name for name, language in languages.items() if _is_readable(fact, language))
        lacking = [other for other in others if not _tells(blocks[other], block, fact)]
        if lacking and (fact.kind, fact.value) not in paired:
            found.setdefault((fact.kind, fact.value), LeftOut(block, fact, lacking[0]))
    return tuple(found.values())


def _is_readable(fact: Fact, language: str) -> bool:
    """Tell whether a fact is found in texts of a language: a telephone is written alike in all of them."""
    return fact.kind == "telephone" or fact_words(language).spoken


def _planned_by(blocks: Sequence[Block]) -> Iterator[tuple[Block, Fact]]:
    """Yield telephones, deadlines, days with their weekday or year, and spans within which something is done."""
    for block in blocks:
        for told in told_in(block):
            for fact in told.facts:
                timed = fact.kind in {"date", "time"} and told.near("by", fact) and not _in_range(block, fact)
                whole = fact.kind == "date" and (fact.value[2] or _has_weekday(block, fact))
                if timed or whole or fact.kind == "telephone" or (fact.kind == "number" and _is_span(block, fact)):
                    yield block, fact


def _has_weekday(block: Block, day: Fact) -> bool:
    return any(
        fact.kind == "weekday" and fact.end <= day.start and BETWEEN.fullmatch(block.text[fact.end : day.start])
        for fact in block.facts
    )


def _in_range(block: Block, fact: Fact) -> bool:
    """Tell whether a fact is an end of a range, such as the hours of something: its word is no deadline's."""
    ends = [(other, fact) if other.start < fact.start else (fact, other) for other in block.facts]
    return any(
        one.kind == other.kind and one != other and RANGE.fullmatch(block.text[one.end : other.start])
        for one, other in ends
    )


def _is_span(block: Block, fact: Fact) -> bool:
    before = block.text[max(0, fact.start - BEFORE) : fact.start].split(".")[-1]
    return is_duration(fact, block.language) and bool(fact_words(block.language).cues["within"].search(before))


def _tells(blocks: Sequence[Block], block: Block, fact: Fact) -> bool:
    """Tell whether a version may tell a fact somewhere: as such, as a bare hour, or as “a week”."""
    alike = [(each, other) for other in blocks for each in other.facts if each.kind == fact.kind]
    exact = fact.kind != "number"
    if any(same(fact, each, block, other) and (exact or is_duration(each, other.language)) for each, other in alike):
        return True
    if fact.kind == "time":
        hour = int(fact.value[0]) // 60
        hours = {float(hour), float(hour % HALF_DAY)}
        return any(each.kind == "number" and each.value[0] in hours for other in blocks for each in other.facts)
    return fact.kind == "number" and any(map(_has_span_without_number, blocks))


def _has_span_without_number(block: Block) -> bool:
    numbers = [fact.start for fact in block.facts if fact.kind == "number"]
    ends = [found.end() for found in fact_words(block.language).cues["within"].finditer(block.text)]
    return any(not any(end <= number <= end + BEFORE for number in numbers) for end in ends)
