"""What a text says of a decision otherwise than the brief: a proposal told as settled, or what there is not."""

import re
from collections.abc import Iterator
from functools import lru_cache

from campaigns.language import base
from tasks.gates.bare_words import without_signs
from tasks.gates.decision_words import DecisionWords, decision_words
from tasks.gates.masking import masked
from tasks.gates.passages import passages, places
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject

QUESTION = re.compile(r"[?؟]\W*$")
CONDITION = re.compile(r"(?<!\w)(?:om|ifall|huruvida|whether|if|jos) (?:\w+ ){0,2}$", re.IGNORECASE)
WORDS_BEFORE = 5


@gate("decision_wording")
def decision_wording(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P6d: no sentence contradicts the brief: tells a proposal as settled, or of what is not proposed or decided."""
    if subject.brief is None:
        return
    status = subject.brief.decision.status
    for passage in passages(subject):
        for start, end in contradictions(status, base(passage.language), passage.text):
            message, remedy = _told(subject, status, base(passage.language), passage.text[start:end].strip())
            for place in places(subject, passage.text, start, end):
                yield Fault(message, remedy, place, sentence=masked(passage.text))


def _told(subject: GateSubject, status: str, language: str, words: str) -> tuple[str, str]:
    if status == "proposed":
        message = subject.say("“{words}” tells a proposal as settled", words=words)
        return message, subject.say("Write what is proposed: “we propose”, “would”, “if the committee decides so”.")
    if status == "none_needed" and taken(language, words):
        message = subject.say("“{words}” tells of a decision, but by the brief none is needed", words=words)
        return message, subject.say(
            "Write `status: decided` under `decision` with body, date and reference, or leave the decision out."
        )
    message = subject.say("“{words}” tells of a proposal, but by the brief there is none", words=words)
    return message, subject.say("Write `status: proposed` under `decision`, or leave out what is not decided.")


def contradictions(status: str, language: str, text: str) -> tuple[tuple[int, int], ...]:
    """Return where a sentence says otherwise than the decision status of the brief."""
    if status == "proposed":
        return settled(language, text)
    unneeded = taken(language, text) if status == "none_needed" else ()
    return proposing(status, language, text) + unneeded


@lru_cache(maxsize=4096)
def proposing(status: str, language: str, text: str) -> tuple[tuple[int, int], ...]:
    """Return where a sentence says that something is undecided or, where no decision is needed, only proposed."""
    words = decision_words(language)
    if words is None or QUESTION.search(text):
        return ()
    bare, positions = without_signs(text)
    patterns = (words.undecided, words.proposal if status == "none_needed" else words.reopened)
    found = (match for pattern in patterns for match in pattern.finditer(bare))
    return tuple(sorted({(positions[match.start()], positions[match.end()]) for match in found}))


@lru_cache(maxsize=4096)
def taken(language: str, text: str) -> tuple[tuple[int, int], ...]:
    """Return where a sentence tells that a body of the city has decided."""
    words = decision_words(language)
    if words is None or QUESTION.search(text):
        return ()
    bare, positions = without_signs(text)
    found = (match for match in words.taken.finditer(bare) if not _asked(words, bare[: match.end()]))
    return tuple((positions[match.start()], positions[match.end()]) for match in found)


@lru_cache(maxsize=4096)
def settled(language: str, text: str) -> tuple[tuple[int, int], ...]:
    """Return where a sentence tells something as settled; nothing in a language without patterns."""
    words = decision_words(language)
    if words is None or QUESTION.search(text):
        return ()
    bare, positions = without_signs(text)
    found = [match for match in words.settled.finditer(bare) if not _asked(words, bare[: match.end()])]
    found += words.closed.finditer(bare)
    if not words.hedges.search(bare):
        about = words.about.search(bare) is not None
        found += [match for match in words.certain.finditer(bare) if not _practical(words, match, about=about)]
    return tuple(sorted({(positions[match.start()], positions[match.end()]) for match in found}))


def _asked(words: DecisionWords, until: str) -> bool:
    """Tell whether a negation, a condition or a question stands just before or within what sounds settled."""
    return words.asks.search(" ".join(until.split()[-WORDS_BEFORE - 2 :])) is not None


def _practical(words: DecisionWords, match: re.Match[str], *, about: bool) -> bool:
    if CONDITION.search(match.string[: match.start()]):
        return True
    verb = next(filter(None, match.groupdict().values()), "")
    return bool(words.practical.match(verb)) or (about and bool(words.neutral.fullmatch(verb)))
