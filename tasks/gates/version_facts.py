"""Whether two facts of different language versions may mean the same, and the sentence that a fact stands in."""

import re

from tasks.gates.brief_facts_told import day_in, is_time
from tasks.gates.fact_words import fact_words
from tasks.gates.facts_told import Fact
from tasks.gates.masking import shown_safely
from tasks.gates.readability import sentences
from tasks.gates.text_blocks import Block

UNITS = (7, 12, 24, 30, 60)
"""How many of one unit of time the next holds: two weeks are fourteen days."""
AS_LONG = 0.9
"""Lengths of time that are so near each other are the same: four weeks are a month."""
OF_A_LANGUAGE = re.compile(r"[/?&=.](?:sv|en|ar|so|fi|[a-z]{2}-[a-z]{2}|english|other-languages|languages)(?:[/&.]|$)")
Versions = tuple[tuple[str, str, tuple[str, ...]], ...]
"""File, language and lines of every version of a text."""


def sentence_of(block: Block, fact: Fact) -> str:
    """Return the sentence of a block that a fact stands in."""
    told = sentences([" ".join(re.sub(r"\]\([^)]*\)|[\[*_#]|\\$", "", block.text, flags=re.MULTILINE).split())])
    words = " ".join(fact.written.split())
    said = next((each for each in told if words in each), " ".join(told))
    return shown_safely(re.sub(r"(?<=\w) (?=[.,;!?](?: |$))", "", said))


def same(here: Fact, there: Fact, one: Block, other: Block) -> bool:
    """Tell whether two facts of a kind may mean the same: a year left out, half a day, another unit of time."""
    if here.kind == "date":
        (month, day, year), (its_month, its_day, its_year) = day_in(here), day_in(there)
        return (month, day) == (its_month, its_day) and (year == its_year or not year or not its_year)
    if here.kind == "time":
        return is_time(here, there.value)
    if here.kind == "link":
        return here.value == there.value or _of_its_language(here, there)
    if here.kind == "number":
        lengths = [minutes(fact, block.language) for fact, block in ((here, one), (there, other))]
        if all(lengths):
            return min(lengths) > AS_LONG * max(lengths)
    if here.kind == "number" and here.value != there.value:
        timed = [is_duration(fact, block.language) for fact, block in ((here, one), (there, other))]
        small, large = sorted((float(here.value[0]), float(there.value[0])))
        return any(timed) and bool(small) and large / small in UNITS
    return here.value == there.value


def _of_its_language(here: Fact, there: Fact) -> bool:
    """Tell whether one of two addresses is the page of another language."""
    hosts = {str(fact.value[0]).partition("/")[0] for fact in (here, there)}
    return len(hosts) == 1 and any(OF_A_LANGUAGE.search(str(fact.value[0])) for fact in (here, there))


def is_duration(fact: Fact, language: str) -> bool:
    """Tell whether a number counts units of time."""
    return bool(re.match(rf"[\s\]*_-]*(?:{fact_words(language).duration})(?!\w)", fact.after, re.IGNORECASE))


def minutes(fact: Fact, language: str) -> float:
    """Return how long a number of hours, days and the like is; 0 where it counts something else."""
    for length, form in fact_words(language).units.items():
        if re.match(rf"[\s\]*_-]*(?:{form})(?!\w)", fact.after, re.IGNORECASE):
            return length * float(fact.value[0])
    return 0.0
