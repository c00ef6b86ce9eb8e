"""A text that contradicts itself: its subject line, its easy-read part, another channel, or a weekday and its date."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from babel.dates import format_date

from campaigns.language import date_locale
from tasks.gates.bodies_told import other_bodies
from tasks.gates.brief_facts_told import Known, day_in, facts_of_brief, is_known
from tasks.gates.channels_agree import differing
from tasks.gates.contacts_told import other_contacts
from tasks.gates.days_told import impossible_days
from tasks.gates.facts_told import Fact
from tasks.gates.front_told import other_in_front
from tasks.gates.masking import shown_safely
from tasks.gates.promised_facts import broken_promises
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.slips import slips
from tasks.gates.subject import GateSubject
from tasks.gates.text_blocks import Block, blocks_in
from tasks.gates.version_facts import same, sentence_of

IN_FRONT = ("field subject", "field preheader", "field page_title", "field sms")
EASY_READ = re.compile(r"easy|l[aä]ttl?[aä]s|latt|selko|simple", re.IGNORECASE)
PRECISE = frozenset({"date", "time", "telephone", "mail", "link"})
COUNTED = re.compile(r"\W*(\w{4})")
BETWEEN = re.compile(r"[\s,]*(?:den|the|of|,|يوم)?[\s,]*", re.IGNORECASE)
HALF_YEAR = timedelta(days=183)
TellsWrong = Iterator[tuple[str, str, Block, Fact]]
"""Message, file, block and fact."""


@gate("facts_agree")
def facts_agree(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5c: a text agrees with its subject line, its easy-read part, the calendar, and what the brief promises."""
    remedy = subject.say("Write what is right in both places.")
    lines = tuple(subject.lines(subject.source))
    parts = [name for name in subject.written if name.endswith(".md") and name != subject.source]
    blocks = {subject.source: blocks_in(lines, subject.language)}
    blocks |= {name: blocks_in(tuple(subject.lines(name)), subject.language) for name in parts}
    wrong = [*_in_front(subject, blocks), *_easy_read(subject, blocks)]
    for file, its_blocks in blocks.items():
        rows = ((block, rule(subject, block)) for block in its_blocks for rule in RULES)
        wrong += [(message, file, block, fact) for block, found in rows for message, fact in found]
        wrong += _between_channels(subject, file)
    for message, file, block, fact in wrong:
        yield Fault(message, remedy, (file, block.line_of(fact)), sentence=sentence_of(block, fact))


def _in_front(subject: GateSubject, blocks: dict[str, tuple[Block, ...]]) -> TellsWrong:
    """Yield what the subject line and its like say and the text does not, where the text has another of the kind."""
    known, own = facts_of_brief(subject.brief), blocks[subject.source]
    body = [block for each in blocks.values() for block in each if not block.kind.startswith("field")]
    for front in (block for block in own if block.kind in IN_FRONT):
        for fact in front.facts:
            if fact.kind in PRECISE and (other := _other_than(fact, front, body, known)):
                yield _contradicts(subject, fact, other), subject.source, front, fact
        for fact, other in other_in_front(front, body):
            yield _contradicts(subject, fact, other), subject.source, front, fact


def _between_channels(subject: GateSubject, file: str) -> TellsWrong:
    """Yield what a text says otherwise in one channel than in another."""
    channels = tuple(subject.brief.channels)
    for block, fact, other, channel in differing(tuple(subject.lines(file)), subject.language, channels):
        message = subject.say(
            "“{here}” contradicts “{there}” in the text for {channel}",
            here=shown_safely(fact.written), there=shown_safely(other.written), channel=channel,
        )  # fmt: skip
        yield message, file, block, fact


def _easy_read(subject: GateSubject, blocks: dict[str, tuple[Block, ...]]) -> TellsWrong:
    """Yield what an easy-read part says and the text that it stands for does not."""
    known, own = facts_of_brief(subject.brief), blocks[subject.source]
    for file in (name for name in blocks if name != subject.source and EASY_READ.search(name)):
        for block in blocks[file]:
            for fact in block.facts:
                if fact.kind in PRECISE or fact.kind == "number":
                    other = _other_than(fact, block, own, known)
                    if other and (fact.kind != "number" or _counts(fact) == _counts(other)):
                        yield _contradicts(subject, fact, other), file, block, fact


def _other_than(fact: Fact, block: Block, others: list[Block] | tuple[Block, ...], known: Known) -> Fact | None:
    """Return a fact of this kind in other blocks, where none of them says the same and the brief does not either."""
    alike = [(each, other) for each in others for other in each.facts if other.kind == fact.kind]
    if fact.kind == "number":
        alike = [(each, other) for each, other in alike if _counts(other) and _counts(other) == _counts(fact)]
    if not alike or is_known(fact, known) or any(same(fact, other, block, each) for each, other in alike):
        return None
    unknown = (other for _, other in alike if not is_known(other, known))
    return next(unknown, alike[0][1]) if fact.kind not in {"date", "link"} else alike[0][1]


def _counts(fact: Fact) -> str:
    """Return the beginning of what a number counts."""
    found = COUNTED.match(fact.after)
    return found[1].casefold() if found else ""


def _contradicts(subject: GateSubject, fact: Fact, other: Fact) -> str:
    return subject.say(
        "“{here}” contradicts “{there}” in the text",
        here=shown_safely(fact.written), there=shown_safely(other.written),
    )  # fmt: skip


def _wrong_weekday(subject: GateSubject, block: Block) -> Iterator[tuple[str, Fact]]:
    """Yield each weekday that is not that of the date after it; a date without a year is the one next to the start."""
    for weekday, day in zip(block.facts, block.facts[1:], strict=False):
        between = block.text[weekday.end : day.start]
        if (weekday.kind, day.kind) != ("weekday", "date") or not BETWEEN.fullmatch(between):
            continue
        meant = _day_meant(day, subject.brief.schedule.start.date())
        if meant and (meant.weekday(),) != weekday.value:
            locale = date_locale(subject.reader)
            message = subject.say(
                "“{words}”: {day} is a {weekday}", words=shown_safely(f"{weekday.written} {day.written}"),
                day=format_date(meant, "long", locale=locale), weekday=format_date(meant, "EEEE", locale=locale),
            )  # fmt: skip
            yield message, weekday


def _day_meant(fact: Fact, start: date) -> date | None:
    month, day, year = day_in(fact)
    days = []
    for each in (year,) if year else (start.year - 1, start.year, start.year + 1):
        try:
            days.append(date(each, month, day))
        except ValueError:
            continue
    return min(days, key=lambda one: abs(one - start), default=None)


RULES: tuple[Callable[[GateSubject, Block], Iterator[tuple[str, Fact]]], ...] = (
    _wrong_weekday, broken_promises, slips, other_bodies, impossible_days, other_contacts,
)  # fmt: skip
"""What is asked of every paragraph by itself: each rule yields what is wrong, and the fact that is."""
