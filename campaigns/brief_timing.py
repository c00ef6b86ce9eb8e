"""Rules on time: what must come before what, on clocks that exist."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from campaigns.brief_answers import is_no_answer
from campaigns.brief_later import outdated, unmeasured
from campaigns.brief_source import Path_, name_path
from campaigns.brief_subject import Found, Subject, rule

DATES: tuple[Path_, ...] = (
    ("objective", "by"),
    ("decision", "date"),
    ("decision", "consultation_until"),
    ("feedback_by",),
)
START: Path_ = ("schedule", "start")
END: Path_ = ("schedule", "valid_until")
LATEST_FEEDBACK = 730  # days after the end


@rule
def clock_time(subject: Subject) -> Found:
    """P5c: the time zone exists, and times are written out, not counted in seconds."""
    if subject.text("schedule", "time_zone") and time_zone(subject) is None:
        yield ("schedule", "time_zone"), "`schedule.time_zone` is not a time zone", "Write such as Europe/Stockholm."
    for path in _instants(subject):
        if subject.text(*path) and subject.instant(*path) is None:
            yield path, f"{name_path(path)} is not written as a time", "Write such as 2027-01-18T08:00:00+01:00."
    licences = tuple(("images", number, "licence_until") for number, _ in subject.rows("images"))
    consents = tuple(
        ("stories", number, key) for number, _ in subject.rows("stories") for key in ("consent_on", "consent_until")
    )
    for path in (*DATES, *licences, *consents):
        if subject.text(*path) and subject.day(*path) is None:
            yield path, f"{name_path(path)} is not written as a date", "Write such as 2027-04-18."


@rule
def clock_offset(subject: Subject) -> Found:
    """P5c: an offset of the wrong season moves the time by an hour."""
    zone = time_zone(subject)
    for path in _instants(subject):
        time = subject.instant(*path)
        if time is None or zone is None or not time.utcoffset() or _shift(time, zone) == timedelta():
            continue
        remedy = f"If {time:%H:%M} is the hour you mean, mend the offset (summer time and winter time differ)."
        yield path, f"{name_path(path)} has an offset that the time zone does not have that day", remedy


@rule
def schedule_order(subject: Subject) -> Found:
    """P5c: a message is sent while it is true."""
    start, end = subject.instant(*START), subject.instant(*END)
    if start and end and end <= start:
        yield END, "`schedule.valid_until` is not after `schedule.start`", "Say how long the message is true."
    elif end and subject.now and end <= subject.now:
        remedy = "Say how long the message is true; after that moment nothing is sent."
        yield END, "`schedule.valid_until` has passed", remedy
    for number, _ in subject.rows("waves"):
        wave = subject.instant("waves", number, "start")
        if wave and end and wave >= end and not (start and end <= start):
            message = f"`waves[{number + 1}].start` is not before `schedule.valid_until`"
            yield ("waves", number, "start"), message, "Start the wave while the message is true."
    yield from outdated(subject)
    for number, _ in subject.rows("schedule", "windows"):
        window = ("schedule", "windows", number)
        opens, closes = subject.text(*window, "opens"), subject.text(*window, "closes")
        if opens and closes and opens >= closes:
            remedy = "A window that passes midnight is written as two."
            yield (*window, "closes"), f"{name_path((*window, 'closes'))} is not after `opens`", remedy


@rule
def start_ahead(subject: Subject) -> Found:
    """P5c: a start that has passed is no plan: what is approved would be sent at once."""
    waves = tuple(("waves", number, "start") for number, _ in subject.rows("waves"))
    remedy = "Move it ahead, with time for the approval; what is to be sent at once has its reason under `overrides`."
    for path in (START, *waves) if subject.now else ():
        time = subject.instant(*path)
        if time and subject.now and time <= subject.now:
            yield path, f"{name_path(path)} has passed", remedy


@rule
def objective_date(subject: Subject) -> Found:
    """P2b: the goal lies ahead."""
    by, start = subject.day("objective", "by"), subject.day(*START)
    if by and start and by <= start:
        yield ("objective", "by"), "`objective.by` is not after `schedule.start`", "Give the campaign time to work."


@rule
def feedback_order(subject: Subject) -> Found:
    """P4c: feedback is told after people have been asked, and after the last day to answer a proposal."""
    by, start = subject.day("feedback_by"), subject.day(*START)
    until = subject.day("decision", "consultation_until")
    if by and start and by <= start:
        yield (
            ("feedback_by",),
            "`feedback_by` is not after `schedule.start`",
            "Say when people hear what came of it.",
        )
    elif by and until and by <= until:
        message = "`feedback_by` is not after `decision.consultation_until`"
        yield ("feedback_by",), message, "Promise feedback for a day after the last day to answer."
    end = subject.day(*END) or start
    if by and end and (by - end).days > LATEST_FEEDBACK:
        message = "`feedback_by` is more than two years after the campaign ends"
        yield ("feedback_by",), message, "Tell people what came of it while they remember that they were asked."


@rule
def internal_first(subject: Subject) -> Found:
    """P3a: employees know before the public does."""
    starts = {number: subject.instant("waves", number, "start") for number, _ in subject.rows("waves")}
    first = min((time for number, time in starts.items() if time and number in subject.internal_waves), default=None)
    for number, time in starts.items():
        if first and time and number not in subject.internal_waves and time <= first:
            message = f"`waves[{number + 1}].start` is not after the internal wave"
            yield ("waves", number, "start"), message, "Let the employees know first."


@rule
def look_order(subject: Subject) -> Found:
    """P4g: looks come after the start, each after the one before, the first while the groups still differ."""
    start, listed = subject.instant(*START), subject.get("looks")
    before = start
    for number, look in enumerate(listed if isinstance(listed, list) and start else []):
        due = start + timedelta(days=look) if start and isinstance(look, int) else subject.instant("looks", number)
        if due and before and due <= before:
            message = f"`looks[{number + 1}]` is not after {'the look before' if number else '`schedule.start`'}"
            yield ("looks", number), message, "List days after the start, or times, in order."
        before = due or before
    yield from unmeasured(subject)


@rule
def image_rights(subject: Subject) -> Found:
    """P5b: an image is ours to show as long as the message is, and a child's guardian has said yes."""
    end = subject.day("schedule", "valid_until")
    for number, row in subject.rows("images"):
        until: date | None = subject.day("images", number, "licence_until")
        if until and end and until < end:
            message = f"`images[{number + 1}].licence_until` is before `schedule.valid_until`"
            yield ("images", number, "licence_until"), message, "Renew the licence or change the image."
        if row.get("shows_child") is True and not subject.text("images", number, "consent"):
            message = f"`images[{number + 1}]` shows a child without a consent"
            yield ("images", number, "consent"), message, "Name the guardian's consent by its reference, not by name."
        elif row.get("shows_person") is True and not subject.text("images", number, "consent"):
            message = f"`images[{number + 1}]` shows a person without a consent"
            yield ("images", number, "consent"), message, "Name the person's consent by its reference, not by name."
        file = subject.text("images", number, "file")
        if "/" in file or "\\" in file or file.startswith("."):
            message = f"`images[{number + 1}].file` is no name of a file in the campaign's folder"
            yield ("images", number, "file"), message, "Write the picture's name alone, without any folder."
        for key in ("source", "licence"):
            if row.get(key) is not None and not subject.text("images", number, key):
                yield ("images", number, key), f"`images[{number + 1}].{key}` is empty", "Say whose and on what terms."
        for key, field in (("source", "image_source"), ("licence", "licence"), ("consent", "consent")):
            if is_no_answer(field, subject.text("images", number, key)):
                message = f"`images[{number + 1}].{key}` names no {key} that can be looked up"
                yield ("images", number, key), message, "Say whose it is, on what terms, and where a consent is kept."


def _instants(subject: Subject) -> Iterator[Path_]:
    yield START
    yield END
    yield from (("waves", number, "start") for number, _ in subject.rows("waves"))
    yield from (("looks", number) for number, _ in subject.words("looks"))


def time_zone(subject: Subject) -> ZoneInfo | None:
    """Return the campaign's time zone; None where there is no such zone."""
    try:
        return ZoneInfo(subject.text("schedule", "time_zone") or "Europe/Stockholm")
    except (KeyError, ValueError, OSError):  # no such zone, a path, a folder
        return None


def _shift(time: datetime, zone: ZoneInfo) -> timedelta:
    try:
        return (time.astimezone(zone).utcoffset() or timedelta()) - (time.utcoffset() or timedelta())
    except OverflowError:  # the year 1 or 9999
        return timedelta()
