"""Whose decision and whose message a text says that it is, against the body and the sender of the brief."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ruamel.yaml import YAML

from campaigns.brief import Brief
from campaigns.language import base
from tasks.gates.fact_words import fact_words, spaced, whole
from tasks.gates.facts_told import Fact
from tasks.gates.readability import SENTENCE_END
from tasks.gates.subject import GateSubject
from tasks.gates.text_blocks import Block
from tasks.gates.word_lists import WORDS

SHORTEST_STEM = 3


@dataclass(frozen=True)
class BodyWords:
    """The patterns of ``campaigns/words/bodies.yaml``, whose head says what each is; the deciding ones by language."""

    named: re.Pattern[str]
    deciding: dict[str, re.Pattern[str]]
    in_english: dict[str, str]
    fields: dict[str, str]
    signed: re.Pattern[str]


@cache
def body_words() -> BodyWords:
    """Return the patterns, read once."""
    with (WORDS / "bodies.yaml").open(encoding="utf-8") as source:
        rows = YAML(typ="safe", pure=True).load(source)
    bodies = {"sv": rows["deciding"], "en": f"(?i:{'|'.join(rows['in_english'])})"}
    deciding = {
        language: re.compile(
            rf"(?<!\w)(?P<body>{spaced(body)})\s+(?i:{spaced(rows['decides'][language])})(?!\w)"
            rf"|(?<!\w)(?i:{spaced(rows['decided_by'][language])})\s+(?P<by>{spaced(body)})(?!\w)"
        )
        for language, body in bodies.items()
    }
    signed = re.compile(rf"(?i:{rows['signs']})(?P<body>{spaced(rows['sending'])})(?!\w)")
    named = re.compile(rf"(?<!\w)(?:{spaced(rows['deciding'])})(?!\w)")
    return BodyWords(named, deciding, rows["in_english"], rows["fields"], signed)


def other_bodies(subject: GateSubject, block: Block) -> Iterator[tuple[str, Fact]]:
    """Yield each body of a block that decides, or signs, in the place of the one that the brief names."""
    decides = subject.brief.decision.body
    for start, sentence in _sentences(block.text):
        for found in _deciding(base(block.language), sentence) if decides else ():
            if decides and not _may_be(found[1], decides, sentence):
                message = subject.say("The brief says that {body} decides", body=decides)
                yield message, _fact(found, start)
    for match in body_words().signed.finditer(block.text):
        if not _may_sign(match["body"], subject.brief):
            message = subject.say("The brief says that {body} is the sender", body=subject.brief.sender.body)
            yield message, _fact((match.start("body"), match["body"]), 0)


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    starts = [0, *(found.end() for found in SENTENCE_END.finditer(text))]
    yield from ((start, text[start:stop]) for start, stop in zip(starts, [*starts[1:], len(text)], strict=True))


def _deciding(language: str, sentence: str) -> list[tuple[int, str]]:
    """Return where a sentence names a body that decides; where a Swedish name stands, that alone."""
    words = body_words()
    if language != "sv" and fact_words(language).cues["decides"].search(sentence):
        swedish = [(found.start(), found[0]) for found in words.named.finditer(sentence)]
        if swedish or language not in words.deciding:
            return swedish
    if language not in words.deciding:
        return []
    spans = (found.span("body" if found["body"] else "by") for found in words.deciding[language].finditer(sentence))
    return [(start, sentence[start:end]) for start, end in spans]


def _may_be(told: str, decides: str, sentence: str) -> bool:
    """Tell whether a body that a text names may be the one that decides by the brief, which the sentence may name."""
    right = decides.casefold()
    if right.removesuffix("en").removesuffix("n") in sentence.casefold():
        return True
    words = body_words()
    for kind, swedish in words.in_english.items():
        if whole(kind).fullmatch(told):
            return swedish in right and all(
                meant in right for field, meant in words.fields.items() if re.match(field, told, re.IGNORECASE)
            )
    return all(_stem(word) in right for word in told.split() if len(word) >= SHORTEST_STEM)


def _may_sign(told: str, brief: Brief) -> bool:
    """Tell whether a name may sign a text: that of the sender, of its unit, of a partner, or of the city."""
    mine = " ".join((brief.sender.body, brief.sender.unit, *brief.partners)).casefold()
    return all(_stem(word) in mine for word in told.split() if len(word) >= SHORTEST_STEM)


def _stem(word: str) -> str:
    """Return a Swedish name without the endings of the definite form and the genitive."""
    return re.sub(r"(?<=\w{3})(?:ens|en|et|s|n)$", "", word.casefold())


def _fact(found: tuple[int, str], start: int) -> Fact:
    at, written = found
    return Fact("body", (written.casefold(),), start + at, start + at + len(written), written)
