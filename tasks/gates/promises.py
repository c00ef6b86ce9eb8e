"""What a proposal promises its readers: until when they can answer, and when they hear what came of it."""

import re
from collections.abc import Iterator
from datetime import date

from babel.dates import format_date, format_skeleton

from campaigns.language import date_locale
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject

SHORT_TEXT = frozenset({"sms"})  # holds the last day; the promise stands on the page that it leads to
MARKS = {mark: None for mark in (0x200E, 0x200F, 0x2066, 0x2067, 0x2068, 0x2069)}  # directions, which nobody reads


@gate("consultation")
def consultation(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P6d: whoever reads a proposal is told the last day to answer; how to answer is the contact's own gate."""
    until = subject.brief.decision.consultation_until
    if subject.brief.decision.status != "proposed" or until is None:
        return
    if any(not _tells(part, until, subject.language) for part in subject.parts):
        message = subject.say("The last day to answer the proposal, {day}, is missing", day=_long(until, subject))
        yield Fault(message, _remedy(subject), subject.key("decision"))


@gate("feedback_promise")
def feedback_promise(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P4c: whoever is asked is told when to hear what came of the answers."""
    if subject.brief.decision.status != "proposed" or subject.channel in SHORT_TEXT:
        return
    if any(not _tells(part, subject.brief.feedback_by, subject.language) for part in subject.parts):
        day = _long(subject.brief.feedback_by, subject)
        message = subject.say("Nothing says when the reader hears what came of it: {day} is missing", day=day)
        yield Fault(message, _remedy(subject), subject.key("feedback_by"))


def _tells(part: str, day: date, language: str) -> bool:
    """Tell whether a part holds a day, written out as the language does, with or without its year."""
    locale = date_locale(language)
    written = (
        format_skeleton("MMMMd", day, locale=locale), format_date(day, "d MMMM", locale=locale), day.isoformat(),
    )  # fmt: skip
    plain = part.translate(MARKS).casefold()
    return any(re.search(rf"(?<!\d){re.escape(form.casefold())}(?!\d)", plain) for form in written)


def _long(day: date, subject: GateSubject) -> str:
    return str(format_date(day, "long", locale=date_locale(subject.reader)))


def _remedy(subject: GateSubject) -> str:
    return subject.say("Use the channel's own layout, which prints this from the brief, or write it in the text.")
