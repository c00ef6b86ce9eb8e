"""What must never leave the house: text that is not finished, and personal numbers."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise

from tasks.gates.impossible_times import impossible_in
from tasks.gates.masking import masked, quote
from tasks.gates.passages import exact_places
from tasks.gates.personal_numbers import MARKS, personal_numbers, plain_digits
from tasks.gates.readability import sentences
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject
from tasks.gates.unfinished import unfinished_in
from tasks.gates.written import BRIEF_FILE
from tasks.slot_values import STAND_INS

WORD_ATTRIBUTES = ("alt", "title", "aria-label", "content")
ADDRESS_ATTRIBUTES = ("href", "src")


@gate("placeholder")
def placeholder(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5c: no unresolved placeholder, no filler, no test data."""
    remedy = subject.say("Write the real text, or declare the value as a slot in the brief.")
    told: set[tuple[str, tuple[str, int]]] = set()
    for sentence, text in _unfinished(subject):
        message = subject.say("The text is not finished: “{text}”", text=quote(text))
        if text in impossible_in(sentence):
            message = subject.say("No calendar or clock has “{text}”", text=quote(text))
        for place in exact_places(subject, sentence, text):
            if (text, place) not in told:
                told.add((text, place))
                yield Fault(message, remedy, place, sentence=masked(sentence))


@gate("personal_number")
def personal_number(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5c: no valid personal or coordination number, however it is written; the number itself is never repeated."""
    message = subject.say("A personal number stands in the text")
    remedy = subject.say("Remove it. If it is a telephone number, write it with its hyphen: 08-123 45 67.")
    found = dict.fromkeys(number for part in _all_text(subject) for number in personal_numbers(part))
    for number in found:
        for place, line in _lines_with(subject, number) or [(subject.place(number), "")]:
            yield Fault(message, remedy, place, sentence=masked(plain_digits(line)))


def _lines_with(subject: GateSubject, number: str) -> list[tuple[tuple[str, int], str]]:
    """Return each line that holds a number, marks such as ** aside, with its words; else the first of two that do."""
    written = [(place, MARKS.sub("", unescape(line))) for place, line in subject.written_lines]
    lines = [(place, line) for place, line in written if number in personal_numbers(line)]
    pairs = (
        (place, f"{line.rstrip()} {further.strip()}")
        for (place, line), ((name, _), further) in pairwise(written)
        if place[0] == name
    )
    return lines or [(place, line) for place, line in pairs if number in personal_numbers(line)]


def _unfinished(subject: GateSubject) -> Iterator[tuple[str, str]]:
    """Yield each sentence with what is unfinished in it."""
    addresses, words = _attributes(subject, ADDRESS_ATTRIBUTES), _attributes(subject, WORD_ATTRIBUTES)
    linked = {
        address.partition(":")[2] for address in addresses if ":" in address
    }  # plain text writes: words <address>
    name = STAND_INS["address_name"]
    recipient = f"{name} {STAND_INS['street']}"  # of a letter that is shown before it is filled
    told = [
        subject.subject, *words, *sentences([*subject.body, *subject.blocks, *subject.paragraphs]), subject.seen,
        *subject.paragraphs, *_preheader(subject),
    ]  # fmt: skip
    for sentence in dict.fromkeys(told):
        found = unfinished_in(
            "" if sentence == name and subject.channel == "letter" else sentence.replace(recipient, "")
        )
        yield from ((sentence, each) for each in found if each.strip("<>") not in linked)
    for address in addresses:
        yield from ((address, match.group()) for match in re.finditer(r"\{\{.*?\}\}|\[\[|\bX{3,}\b", address))


def _all_text(subject: GateSubject) -> list[str]:
    attributes = _attributes(subject, (*ADDRESS_ATTRIBUTES, *WORD_ATTRIBUTES))
    brief = (line for (name, _), line in subject.written_lines if name == BRIEF_FILE)  # anybody may read the report
    return [subject.subject, subject.text, subject.seen, *_preheader(subject), *attributes, *brief]


def _preheader(subject: GateSubject) -> list[str]:
    """Return what an e-mail hides in its body for the list of letters to show; a page has it in an attribute."""
    return [words.text_content().strip() for words in subject.select("//body/div[contains(@style, 'none')]")]


def _attributes(subject: GateSubject, names: tuple[str, ...]) -> list[str]:
    elements = [] if subject.document is None else subject.document.iter()
    values = [value for element in elements for name in names if (value := element.get(name))]
    return [value for value in values if not value.startswith("data:")]
