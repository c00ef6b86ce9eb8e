"""What must never leave the house: text that is not finished, and personal numbers."""

import re
from collections.abc import Iterator

from personnummer.personnummer import valid

from tasks.gates.quoting import sentence_with
from tasks.gates.readability import quote
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject

UNFINISHED = re.compile(
    r"\{\{.*?\}\}|\{\{|\}\}|\{%.*?%\}|\(\([^()]*\)\)|\[[^\[\]\d][^\[\]]*\]|\[\]"
    r"|\b[Xx]{3,}\b|\b(?:TODO|FIXME|TBD)\b|(?i:\blorem\b|\btest(?:ar|data|mejl|text|utskick)?\b)"
)
PERSONAL_NUMBER = re.compile(r"(?<![\w+-])(?:(?:18|19|20)\d{2}|\d{2})\d{4} ?[-+−–]? ?\d{4}(?![\w-])")
TELEPHONE_BEFORE = re.compile(r"(?:tel|telefon|mobil|phone|ring|call|sms|text)\w*\s*(?:nummer|number)?[.:]?\s*$", re.I)
ADDRESS_ATTRIBUTES = ("href", "src", "alt", "title", "aria-label", "content")


@gate("placeholder")
def placeholder(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5c: no unresolved placeholder, no filler, no test data."""
    found = dict.fromkeys(match.group() for part in _all_text(subject) for match in UNFINISHED.finditer(part))
    for text in found:
        message = subject.say("The text is not finished: “{text}”", text=quote(text))
        remedy = subject.say("Write the real text, or declare the value as a slot in the brief.")
        yield Fault(message, remedy, subject.place(text), sentence=sentence_with(subject, text))


@gate("personal_number")
def personal_number(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5c: no valid personal or coordination number, however it is written; the number itself is never repeated."""
    found = dict.fromkeys(number for part in _all_text(subject) for number in _personal_numbers(part))
    for number in found:
        message = subject.say("A personal number stands in the text")
        remedy = subject.say("Remove it. If it is a telephone number, write it with its hyphen: 08-123 45 67.")
        around = sentence_with(subject, number).replace(number, "…")
        yield Fault(message, remedy, subject.place(number), sentence=around)


def _all_text(subject: GateSubject) -> list[str]:
    elements = [] if subject.document is None else subject.document.iter()
    attributes = [value for element in elements for name in ADDRESS_ATTRIBUTES if (value := element.get(name))]
    written = [value for value in attributes if not value.startswith("data:")]
    return [subject.subject, subject.text, subject.seen, *written]


def _personal_numbers(text: str) -> Iterator[str]:
    for match in PERSONAL_NUMBER.finditer(text):
        compact = re.sub(r"[−–]", "-", match.group().replace(" ", ""))
        if valid(compact) and not _is_telephone(compact, text[: match.start()]):
            yield match.group()


def _is_telephone(number: str, before: str) -> bool:
    """Tell a telephone number written without a hyphen from a personal number that begins with 0.

    Words before it decide; so does a day that only a coordination number has, because most mobile numbers look so.
    """
    undivided = len(number) == 10 and number.startswith("0") and number.isdigit()
    return undivided and (bool(TELEPHONE_BEFORE.search(before)) or int(number[4:6]) > 60)
