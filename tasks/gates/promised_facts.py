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
        start = subject.brief.schedule.start.date()
        own = [fact for fact in dates if not told.near("meeting", fact)]
        past = [fact for fact in own if (day := _with_year(fact, decided)) and day <= start]
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
    elif not timed and (sooner := fact_words(told.language).cues["within_one"].search(told.words)):
        message = subject.say("The brief promises an answer within {time}", time=promised)
        start = told.block.find(sooner[0])
        yield message, Fact("number", (1.0,), start, start + len(sooner[0]), sooner[0])


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
    silent = [kind for kind, words in _parts(subject) if not _tells_when(subject, words, due)]
    if not silent:
        return
    blocks = blocks_in(tuple(subject.lines(subject.source)), subject.language)
    told = [each for block in blocks if not block.kind.startswith("field") for each in told_in(block)]
    message = subject.say("Nothing says when the next word comes")
    when = format_time(due, "short", locale=date_locale(subject.reader))
    remedy = subject.say(
        "Write when you tell more, by {time} as the brief says, even if nothing new has happened.", time=when
    )
    spoken = next((each for each in told if each.says("news")), None)
    written = any(_is_next_word(each, due) for each in told)
    own = [name for kind in silent if subject.lines(name := f"{subject.channel}.{kind}.j2")]
    if written and own:
        whole = subject.say("Let the template print the whole text.")
        yield from (Fault(message, whole, _printed_at(subject, name)) for name in own)
        return
    place = (subject.source, spoken.line) if spoken else (subject.source, 1)
    yield Fault(message, remedy, place, sentence=spoken.words if spoken else "")


def _parts(subject: GateSubject) -> list[tuple[str, tuple[str, ...]]]:
    """Return the paragraphs of each part that stands alone before its reader, by kind as own templates name it."""
    plain = [("txt", subject.paragraphs)] if subject.paragraphs else []
    return plain if subject.document is None else [*plain, ("html", subject.body)]


def _printed_at(subject: GateSubject, template: str) -> tuple[str, int]:
    """Return where a campaign's own template prints the text; else its first line."""
    text = re.compile(r"message\.(?:body|text)\b")
    return template, next((number for number, line in subject.numbered(template) if text.search(line)), 1)


def _tells_when(subject: GateSubject, paragraphs: tuple[str, ...], due: datetime) -> bool:
    blocks = (Block("p", 1, (paragraph,), subject.language) for paragraph in paragraphs)
    return any(_is_next_word(told, due) for block in blocks for told in told_in(block))


def _is_next_word(told: Told, due: datetime) -> bool:
    """Tell whether a sentence says when the next word comes: of news with a time or a day, or at the time itself."""
    timed = bool(told.of("time") or told.of("date"))
    return (timed and told.says("news")) or any(_is_due(fact, due) for fact in told.of("time"))


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
