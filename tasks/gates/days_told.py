"""Days that cannot be meant: another than that on which the campaign speaks, a last day or a meeting that is past."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from babel.dates import format_date

from campaigns.language import date_locale
from campaigns.sendings import last_start
from tasks.gates.brief_facts_told import day_in
from tasks.gates.fact_words import fact_words
from tasks.gates.facts_told import Fact
from tasks.gates.subject import GateSubject
from tasks.gates.text_blocks import Block
from tasks.gates.text_sentences import Told, told_in
from tasks.gates.tracking import is_internal

JUST_PAST = timedelta(days=60)
"""A last day without a year is past where it was so shortly before the start; longer ago, the next year's is meant."""
ToldWrong = Iterator[tuple[str, Fact]]


def impossible_days(subject: GateSubject, block: Block) -> ToldWrong:
    """Yield each day of a block that cannot be the one that is meant, with why."""
    for told in told_in(block):
        for fact in told.of("date"):
            if wrong := _another_start(subject, told, fact) or _past(subject, told, fact) or _late(subject, told, fact):
                yield wrong, fact


def _another_start(subject: GateSubject, told: Told, fact: Fact) -> str:
    """Return what is wrong with the day on which a text to employees says that the campaign speaks; empty if nothing.

    A text to the public may tell of a further letter, so it is not asked. The day of the text's own wave is none of
    those to come: it is the day that was meant before where only the waves were moved.
    """
    speaks = fact_words(told.language).cues["speaks"].match(told.block[fact.end :].lstrip(" \n*_"))
    if not speaks or told.says("again") or told.near("by", fact) or not is_internal(subject):
        return ""
    month, day, year = day_in(fact)
    brief = subject.brief
    starts = [brief.schedule.start.date(), *(wave.start.date() for wave in brief.waves if wave.name != subject.wave)]
    known = [*starts, brief.feedback_by, brief.objective.by]
    if any((each.month, each.day) == (month, day) and year in (0, each.year) for each in known):
        return ""
    return subject.say("The brief says that the campaign starts on {day}", day=_written(subject, starts[0]))


def _past(subject: GateSubject, told: Told, fact: Fact) -> str:
    """Return what is wrong with a day to come that is before the text is sent; empty where nothing is."""
    start, invited = _start(subject), _begins(told, "comes")
    last = told.near("by", fact) and _begins(told, "bids")
    if not (last or invited or told.says("meets")) or _only_names(told, fact):
        return ""
    day = _day(fact, start.year)
    just_past = not day_in(fact)[2] and last and _is_just_past(subject, fact, start)
    if just_past or (day_in(fact)[2] and day and day < start):
        return subject.say("The day is past when the text is sent on {day}", day=_written(subject, start))
    return ""


def _late(subject: GateSubject, told: Told, fact: Fact) -> str:
    """Return what is wrong with an invitation to a day when the message no longer holds; empty where nothing is."""
    end, day = subject.brief.schedule.valid_until.date(), _day(fact, 0)
    if not day or day <= end or not _begins(told, "comes") or _only_names(told, fact):
        return ""
    return subject.say("The brief says that the message holds until {day}", day=_written(subject, end))


def _begins(told: Told, cue: str) -> bool:
    """Tell whether a sentence begins with a cue."""
    return bool(fact_words(told.language).cues[cue].match(re.sub(r"^\W+", "", told.words)))


def _only_names(told: Told, fact: Fact) -> bool:
    """Tell whether a day only says which letter, meeting or decision is meant: “the letter that came on 3 March”."""
    before = re.split(r"[.!?]\s", told.block[: fact.start])[-1]
    return bool(fact_words(told.language).cues["bygone"].search(before))


def _is_just_past(subject: GateSubject, fact: Fact, start: date) -> bool:
    days = [day for year in (start.year - 1, start.year) if (day := _day(fact, year))]
    past = any(timedelta(0) < start - day <= JUST_PAST for day in days)
    end = subject.brief.schedule.valid_until.date()
    return past and not any(start <= day <= end for year in (0, 1) if (day := _day(fact, start.year + year)))


def _start(subject: GateSubject) -> date:
    """Return the day on which the text's wave is sent, for the last time where the control group gets it later."""
    return last_start(subject.brief, subject.wave).date()


def _day(fact: Fact, other_year: int) -> date | None:
    """Return the day that a date means, in another year where it names none; None where there is no such day."""
    month, day, year = day_in(fact)
    try:
        return date(year or other_year, month, day)
    except ValueError:
        return None


def _written(subject: GateSubject, day: date) -> str:
    return format_date(day, "long", locale=date_locale(subject.reader))
