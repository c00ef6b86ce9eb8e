"""What a brief must keep where its control group is told later: until then a look, after then still a true message."""

from datetime import datetime, timedelta

from campaigns.brief_source import Path_
from campaigns.brief_subject import Found, Subject

LATER: Path_ = ("holdout", "later")
STILL_TO_COME: tuple[tuple[Path_, str], ...] = (
    (("schedule", "valid_until"), "it holds no longer than that day"),
    (("decision", "consultation_until"), "the last day to answer has come"),
    (("feedback_by",), "the feedback has been promised for a day before that"),
    (("crisis", "next_update"), "the next word has been promised for a time before that"),
)


def outdated(subject: Subject) -> Found:
    """Yield each time that would be past when the control group gets the message, at the line of ``holdout.later``."""
    days, starts = _days(subject), _starts(subject)
    if not days or not starts:
        return
    first, last = min(starts), max(starts)
    for path, why in STILL_TO_COME:
        end = subject.day(*path)
        # What is wrong without a control group too is told where it stands.
        if end and first.date() < end <= (last + timedelta(days=days)).date():
            message = f"when the control group gets the message, {days} days later, {why}"
            yield LATER, message, f"Write fewer days, or move `{'.'.join(map(str, path))}` beyond them."


def unmeasured(subject: Subject) -> Found:
    """Yield the first look where the control group has got the message by then: nothing could be compared."""
    days, starts, start = _days(subject), _starts(subject), subject.instant("schedule", "start")
    if not days or not starts or not start:
        return
    look, told = subject.get("looks", 0), min(starts) + timedelta(days=days)
    due = start + timedelta(days=look) if isinstance(look, int) else subject.instant("looks", 0)
    if due and due.date() > told.date():
        message = f"`looks[1]` comes when the control group has got the message too, on {told:%Y-%m-%d}"
        yield ("looks", 0), message, "Look by that day, when the groups still differ, or write more days in `later`."


def _days(subject: Subject) -> int:
    days = subject.get(*LATER)
    return days if isinstance(days, int) else 0


def _starts(subject: Subject) -> list[datetime]:
    waves = [number for number, _ in subject.rows("waves") if number not in subject.internal_waves]
    waves = waves or [number for number, _ in subject.rows("waves")]
    return [start for number in waves if (start := subject.instant("waves", number, "start"))]
