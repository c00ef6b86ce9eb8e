"""Measures and weekdays in the subject line, preheader or text message that are others than the text's own."""

import re
from collections.abc import Iterator, Sequence

from tasks.gates.facts_told import Fact
from tasks.gates.reading import WORD
from tasks.gates.text_blocks import Block
from tasks.gates.text_sentences import Told, told_in

MEASURE = re.compile(
    r"\s*(kronor|kr|sek|centimeter|cm|millimeter|mm|kilometer|km|meter|m|metres?|kilo|kg|gram|liter|litres?|grader"
    r"|degrees?|hektar|kvadratmeter|procent|per cent)(?!\w)",
    re.IGNORECASE,
)
EVERY_WEEK = re.compile(r"\w+dag(?:ar|arna|s?\w+ar)|\w+days", re.IGNORECASE)
ENOUGH = 2  # words that two sentences share
STEM = 4  # letters that the forms of a word share
OF_THE_WEEK = "weekday"


def other_in_front(front: Block, body: Sequence[Block]) -> Iterator[tuple[Fact, Fact]]:
    """Yield each measure or weekday of every week in front with what the text says of the same matter instead.

    The same matter: two words are shared, or all that the sentence in front has, and the whole text measures nothing
    else in that unit. A number of days or questions, or one weekday, may be of something else.
    """
    sentences = [told for block in body for told in told_in(block)]
    for told in told_in(front):
        for fact in told.facts:
            if not (unit := _unit(fact)):
                continue
            alike = [(each, other) for each in sentences for other in each.facts if _unit(other) == unit]
            values = {other.value for _, other in alike}
            same_matter = [other for each, other in alike if _is_same(_stems(told, unit), _stems(each, unit))]
            if same_matter and fact.value not in values and (len(values) == 1 or unit == OF_THE_WEEK):
                yield fact, same_matter[0]


def _unit(fact: Fact) -> str:
    """Return what a number measures, or that a weekday is one of every week; empty for other facts."""
    if fact.kind == OF_THE_WEEK:
        return OF_THE_WEEK if EVERY_WEEK.fullmatch(fact.written) else ""
    found = MEASURE.match(fact.after) if fact.kind == "number" else None
    return found[1].casefold() if found else ""


def _is_same(front: set[str], told: set[str]) -> bool:
    """Tell whether a sentence of the text is of the same matter as one in front of it."""
    return len(front & told) >= ENOUGH or (bool(front) and front <= told)


def _stems(told: Told, unit: str) -> set[str]:
    words = (word.casefold() for word in WORD.findall(told.words))
    weekdays = {fact.written.casefold() for fact in told.of(OF_THE_WEEK)}
    return {word[:STEM] for word in words if len(word) >= STEM and word != unit and word not in weekdays}
