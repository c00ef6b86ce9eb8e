"""What a text says of the decision, the last day, the answer time and the next word, against what the brief says."""

import re
from collections.abc import Iterator
from datetime import date, datetime

from babel.dates import format_date, format_time

from campaigns.language import date_locale
from tasks.gates.brief_facts_told import day_in, is_time, next_update
from tasks.gates.fact_words import fact_words
from tasks.gates.facts_told import Fact, facts_in
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import SHORT_TEXT, GateSubject
from tasks.gates.text_blocks import Block, blocks_in
from tasks.gates.text_sentences import Told, told_in

ToldWrong = Iterator[tuple[str, Fact]]


def broken_promises(subject: GateSubject, block: Block) -> ToldWrong:
    """Yield each fact of a block that is another than the brief's, with what the brief says."""
    for told in told_in(block):
        for wrong in (_decision, _last_day, _feedback, _answer_time, _next_word):
            yield from wrong(subject, told)


def _decision(subject: GateSubject, told: Told) -> ToldWrong:
    decided = subject.brief.decision.date
    if subject.brief.decision.status == "decided" and decided and told.says("decides") and not told.says("by"):
        dates = told.of("date")
        past = [
            fact for fact in dates if (day := _with_year(fact, decided)) and day <= subject.brief.schedule.start.date()
        ]
        message = subject.say("The brief says that it was decided on {day}", day=_written(subject, decided))
        yield from _other_days(dates, past, decided, message)


def _last_day(subject: GateSubject, told: Told) -> ToldWrong:
    until = subject.brief.decision.consultation_until
    if subject.brief.decision.status == "decided" and told.says("invites"):
        message = subject.say("It is decided by the brief, so there is no last day to say what one thinks")
        yield from ((message, fact) for fact in _last_days(told)[:1])
    if until and told.says("answer") and not told.says("tells"):
        last = _last_days(told)
        message = subject.say("The brief says that the last day to answer is {day}", day=_written(subject, until))
        yield from _other_days(told.of("date"), last, until, message)


def _last_days(told: Told) -> list[Fact]:
    """Return the dates that a sentence tells as the last of something."""
    return [fact for fact in told.of("date") if told.says("ends") or told.near("by", fact)]


def _feedback(subject: GateSubject, told: Told) -> ToldWrong:
    due = subject.brief.feedback_by
    if subject.brief.decision.status == "proposed" and told.says("tells"):
        last = [fact for fact in told.of("date") if told.near("by", fact)]
        message = subject.say("The brief promises to tell what came of it by {day}", day=_written(subject, due))
        yield from _other_days(told.of("date"), last, due, message)


def _written(subject: GateSubject, day: date) -> str:
    return format_date(day, "long", locale=date_locale(subject.reader))


def _other_days(dates: list[Fact], wrong: list[Fact], right: date, message: str) -> ToldWrong:
    """Yield days that are not the right one, where the sentence does not name that one too."""
    if not any(_is_day(fact, right) for fact in dates):
        yield from ((message, fact) for fact in wrong[:1])


def _answer_time(subject: GateSubject, told: Told) -> ToldWrong:
    promised = subject.brief.contact.answer_within_in(subject.language)
    right = [fact for fact in facts_in(promised, subject.language) if fact.kind == "number"]
    if not right or not told.says("replies"):
        return
    unit = fact_words(subject.language).duration
    timed = [
        fact for fact in told.of("number") if re.match(rf"\s*(?:\w+\s)?(?:{unit})(?!\w)", fact.after, re.IGNORECASE)
    ]
    if timed and not any(fact.value == each.value for fact in timed for each in right):
        message = subject.say("The brief promises an answer within {time}", time=promised)
        yield from ((message, fact) for fact in timed[:1] if not _as_long(fact, right))


def _as_long(fact: Fact, right: list[Fact]) -> bool:
    """Tell whether another number may be the same time in another unit: two days are 48 hours."""
    small, large = sorted((float(fact.value[0]), float(right[0].value[0])))
    return bool(small) and large / small in {7, 24, 12, 60, 5}


def _next_word(subject: GateSubject, told: Told) -> ToldWrong:
    due = next_update(subject.brief)
    if due is None or not told.says("news"):
        return
    times = told.of("time")
    when = format_time(due, "short", locale=date_locale(subject.reader))
    day = format_date(due, "long", locale=date_locale(subject.reader))
    message = subject.say("The brief says that the next word comes on {day} at {time}", day=day, time=when)
    too_late = told.says("tomorrow") and due.date() == subject.brief.schedule.start.date()
    if times and (too_late or not any(_is_due(fact, due) for fact in times)):
        yield message, times[0]


@gate("crisis_next_word")
def crisis_next_word(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P9: a text in a crisis says when the next word comes, also when nothing new has happened."""
    due = next_update(subject.brief)
    if due is None or subject.channel in SHORT_TEXT or not fact_words(subject.language).spoken:
        return
    blocks = blocks_in(tuple(subject.lines(subject.source)), subject.language)
    told = [each for block in blocks if not block.kind.startswith("field") for each in told_in(block)]
    if any(each.says("news") and (each.of("time") or each.of("date")) for each in told):
        return
    if any(_is_due(fact, due) for each in told for fact in each.of("time")):
        return
    message = subject.say("Nothing says when the next word comes")
    when = format_time(due, "short", locale=date_locale(subject.reader))
    remedy = subject.say(
        "Write when you tell more, by {time} as the brief says, even if nothing new has happened.", time=when
    )
    spoken = next((each for each in told if each.says("news")), None)
    place = (subject.source, spoken.line) if spoken else (subject.source, 1)
    yield Fault(message, remedy, place, sentence=spoken.words if spoken else "")


def _is_due(fact: Fact, due: datetime) -> bool:
    return is_time(fact, (due.hour * 60 + due.minute, 1))


def _is_day(fact: Fact, day: date) -> bool:
    month, number, year = day_in(fact)
    return (month, number) == (day.month, day.day) and year in (0, day.year)


def _with_year(fact: Fact, near: date) -> date | None:
    month, day, year = day_in(fact)
    try:
        return date(year or near.year, month, day)
    except ValueError:
        return None
