"""Words that shut readers out, and the council's own words where they are quoted."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache

from campaigns.programme import load_programme
from tasks.gates.abbreviations import unexplained
from tasks.gates.masking import masked
from tasks.gates.passages import passages, places
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject
from tasks.gates.word_lists import Hit, hits

DASH = r"\s*[-\u2010-\u2015\u2212]+\s*"
QUOTED = {
    "main": re.compile(
        rf"stockholms?{DASH}(?:en\s+)?(?:öppe|innovativ|hållbar)"
        r"|(?:stockholms?\s*[:,]?\s*)?(?:en\s+)?öppen\s*,\s*innovativ\s*,?\s*hållbar(?:\s+stad)?"
        r"|stockholms?\s*[:,]?\s*en\s+öppen\W+innovativ\W+(?:och\s+)?hållbar(?:\s+stad)?",
        re.IGNORECASE,
    ),
    "main_internal": re.compile(r"vi\s+är\s+en\s+mångfald\b|mångfald\s+av\s+\w+\s+som\s+(?:\w+\s+)?utvecklar", re.I),
    "main_international": re.compile(
        rf"stockholm{DASH}(?:the\s+)?capital\b(?!\s+of\s+sweden)|(?:the\s+)?capital\s+of\s+scandinavia", re.IGNORECASE
    ),
}
"""What tells that a message of the council is quoted, or meant to be, rather than put in one's own words."""
ALIKE = 0.87
LETTERS = re.compile(r"\w+")
VERB_FOLLOWS = re.compile(r"stockholm(?:s\s+stad)?\s+(?:är|ska|vill|blir|som|is|was|as|has|will)\b", re.IGNORECASE)


@gate("jargon")
def jargon(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: no bureaucratic or hard word where an everyday one says the same, nor an abbreviation of the city's own."""
    for sentence, hit in _listed(subject, "jargon"):
        word = sentence[hit.start : hit.end]
        yield from _faults(subject, sentence, hit, subject.say("“{word}” is a hard or bureaucratic word", word=word))
    for sentence, hit in unexplained(tuple(passage.text for passage in passages(subject))):
        message = subject.say("“{word}” is an abbreviation that the text does not explain", word=hit.term.term)
        remedy = subject.say("Write it out where it first stands: {words}.", words=hit.term.replacement)
        for place in places(subject, sentence, hit.start, hit.end):
            yield Fault(message, remedy, place, sentence=masked(sentence))


@gate("gendered")
def gendered(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: no term that names a sex without need, or that shuts somebody out."""
    for sentence, hit in _listed(subject, "gendered"):
        word = sentence[hit.start : hit.end]
        yield from _faults(subject, sentence, hit, subject.say("“{word}” leaves somebody out", word=word))


@gate("main_message")
def main_message(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P7a: where an overall message of the council is quoted, it stands letter by letter."""
    for passage in passages(subject):
        for wanted, start, end in misquotations(passage.text):
            message = subject.say("The council's message is misquoted: “{text}”", text=passage.text[start:end])
            remedy = subject.say("Write it letter by letter, “{wanted}”, or say it in your own words.", wanted=wanted)
            for place in places(subject, passage.text, start, end):
                yield Fault(message, remedy, place, sentence=masked(passage.text))


@lru_cache(maxsize=4096)
def misquotations(text: str) -> tuple[tuple[str, int, int], ...]:
    """Return each misquoted overall message with where it stands, ``(exact message, start, end)``."""
    messages = load_programme().overall_messages
    found: dict[str, tuple[str, int, int]] = {}
    for name, quoted in QUOTED.items():
        exact = [(match.start(), match.end()) for match in re.finditer(re.escape(messages[name]), text)]
        spans = [match.span() for match in quoted.finditer(text)] + _alike(text, messages[name])
        for start, end in spans:
            if not any(begin < end and start < stop for begin, stop in exact):
                found.setdefault(name, (messages[name], start, end))
    return tuple(found.values())


def _alike(text: str, message: str) -> list[tuple[int, int]]:
    """Return the part of a text that is a message but for a slip: as long, and nearly letter by letter the same."""
    wanted = message.casefold()
    words = set(LETTERS.findall(wanted))
    if 2 * len(words & set(LETTERS.findall(text.casefold()))) < len(words):
        return []
    for match in LETTERS.finditer(text):
        part = text[match.start() : match.start() + len(message)]
        if not VERB_FOLLOWS.match(part) and SequenceMatcher(None, part.casefold(), wanted).ratio() >= ALIKE:
            return [(match.start(), match.start() + len(part.rstrip()))]
    return []


def _listed(subject: GateSubject, name: str) -> Iterator[tuple[str, Hit]]:
    for passage in passages(subject):
        for hit in hits(name, passage.language, passage.text):
            yield passage.text, hit


def _faults(subject: GateSubject, sentence: str, hit: Hit, message: str) -> Iterator[Fault]:
    remedy = subject.say("Write instead: {replacement}.", replacement=hit.term.replacement)
    for place in places(subject, sentence, hit.start, hit.end):
        yield Fault(message, remedy, place, sentence=masked(sentence))
