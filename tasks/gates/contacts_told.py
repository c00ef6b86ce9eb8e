"""Another address, telephone number or time than the brief's, where a text asks its reader to turn to us."""

import re
from collections.abc import Iterator

from tasks.gates.brief_facts_told import facts_of_brief, is_known
from tasks.gates.fact_words import fact_words
from tasks.gates.facts_told import Fact, facts_in
from tasks.gates.slips import is_a_slip
from tasks.gates.subject import GateSubject
from tasks.gates.text_blocks import Block
from tasks.gates.text_sentences import Told, told_in

ToldWrong = Iterator[tuple[str, Fact]]
HOUR = r"(\d{1,2})(?:[.:](\d{2}))?\s?(?:([ap])\.?m\b\.?)?"
HOURS = re.compile(rf"(?<![\w.,/-]){HOUR}\s?(?:[–-]|to|till|och)\s?{HOUR}(?![\w/])", re.IGNORECASE)
WORKING_DAYS = re.compile(
    r"(?<!\w)(?:vardag\w*|weekdays?|monday to friday|måndag(?:ar)? till fredag(?:ar)?)(?!\w)", re.I
)
NOON_HOUR = 12
HALF_DAY = 12


def other_contacts(subject: GateSubject, block: Block) -> ToldWrong:
    """Yield each way to reach us in a block that is another than that of the brief, and other hours beside that one."""
    contact = facts_in(subject.brief.contact.way, "")
    for told in told_in(block):
        yield from _other_way(subject, told, contact)
        yield from _other_hours(subject, told, contact)


def _other_way(subject: GateSubject, told: Told, contact: tuple[Fact, ...]) -> ToldWrong:
    """Yield an address of the contact's own domain, or a telephone number, that the brief does not have.

    The brief's contact in the same paragraph, or a word of whom this is for, says that this is another service.
    """
    known = facts_of_brief(subject.brief)
    cues = fact_words(told.language).cues
    here = {(fact.kind, fact.value) for fact in facts_in(told.block, told.language)}
    if not _is_ours(told) or cues["other_matter"].search(told.block) or here & _values(contact):
        return
    message = subject.say("The brief says that the contact is {way}", way=subject.brief.contact.way)
    for fact in told.facts:
        alike = [str(each.value[0]) for each in contact if each.kind == fact.kind in {"mail", "telephone"}]
        written = str(fact.value[0])
        if not alike or is_known(fact, known) or any(is_a_slip(written, each) for each in alike):
            continue
        if fact.kind == "telephone" or written.partition("@")[2] in {each.partition("@")[2] for each in alike}:
            yield message, fact


def _is_ours(told: Told) -> bool:
    """Tell whether a sentence gives the reader a way to reach us: it says so, or tells the hours beside it."""
    return told.says("reach") or bool(
        told.says("asks") and WORKING_DAYS.search(told.words) and HOURS.search(told.words)
    )


def _other_hours(subject: GateSubject, told: Told, contact: tuple[Fact, ...]) -> ToldWrong:
    """Yield hours on working days beside the brief's contact that are not those of the brief."""
    beside = {(fact.kind, fact.value) for fact in told.facts} & _values(contact)
    promised = subject.brief.contact.hours_in(subject.language)
    right = {_hours(found) for found in HOURS.finditer(promised)}
    if not beside or not right or not WORKING_DAYS.search(told.words):
        return
    start = min(fact.start for fact in told.facts)
    for found in HOURS.finditer(_without(told), start):
        if not right & {_hours(found)}:
            message = subject.say("The brief says that the contact answers {hours}", hours=promised)
            yield message, Fact("hours", (), *found.span(), found[0])
            return


def _values(facts: tuple[Fact, ...]) -> set[tuple[str, object]]:
    return {(fact.kind, fact.value) for fact in facts}


def _without(told: Told) -> str:
    """Return the block without addresses and telephone numbers, whose digits are no hours, of the same length."""
    text = told.block
    for fact in told.facts:
        if fact.kind in {"mail", "telephone", "link", "date", "code"}:
            text = text[: fact.start] + " " * (fact.end - fact.start) + text[fact.end :]
    return text


def _hours(found: re.Match[str]) -> tuple[int, int]:
    """Return when a span of hours begins and ends, in minutes of the day."""
    first, minute, half, last, its_minute, its_half = found.groups()
    return _minutes(first, minute, half), _minutes(last, its_minute, its_half)


def _minutes(hour: str, minute: str | None, half: str | None) -> int:
    afternoon = HALF_DAY if (half or "").lower() == "p" and int(hour) < NOON_HOUR else 0
    return (int(hour) + afternoon) * 60 + int(minute or 0)
