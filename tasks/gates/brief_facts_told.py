"""The days, addresses and telephones that a brief tells, as facts to hold a text against."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from campaigns.brief import Brief
from tasks.gates.facts_told import Fact, Value, facts_in
from tasks.gates.times_told import HALF_DAY

Known = frozenset[tuple[str, Value]]


def facts_of_brief(brief: Brief) -> Known:
    """Return kind and value of every fact that a brief tells: its days, its ways to reach somebody and its pages."""
    days = [
        brief.objective.by, brief.feedback_by, brief.decision.date, brief.decision.consultation_until,
        brief.schedule.start, brief.schedule.valid_until, *(wave.start for wave in brief.waves),
    ]  # fmt: skip
    press = brief.press_contact.way if brief.press_contact else ""
    ways = (brief.contact.way, brief.landing_page, brief.insight_page or "", press)
    found: set[tuple[str, Value]] = {day_of(day) for day in days if day is not None}
    if update := next_update(brief):
        found |= {day_of(update), ("time", (update.hour * 60 + update.minute, 1))}
    return frozenset(found) | _told(ways)


def day_of(day: date | datetime) -> tuple[str, Value]:
    """Return a day as a fact."""
    return "date", (day.month, day.day, day.year)


@lru_cache(maxsize=64)
def _told(ways: tuple[str, ...]) -> Known:
    return frozenset((fact.kind, fact.value) for way in ways for fact in facts_in(way, ""))


def is_known(fact: Fact, known: Known) -> bool:
    """Tell whether a brief tells a fact; a date may leave its year out."""
    if fact.kind == "time":
        return any(kind == "time" and is_time(fact, value) for kind, value in known)
    if fact.kind != "date":
        return (fact.kind, fact.value) in known
    month, day, year = day_in(fact)
    return any(kind == "date" and value[:2] == (month, day) and year in (0, value[2]) for kind, value in known)


def day_in(fact: Fact) -> tuple[int, int, int]:
    """Return month, day and year (0 where it is left out) of a date that is told."""
    month, day, year = fact.value
    return int(month), int(day), int(year)


def is_time(fact: Fact, value: Value) -> bool:
    """Tell whether a time that is told may be another, (minutes of the day, 1 where the half of the day is sure)."""
    (minutes, sure), (others, its_sure) = fact.value, value
    return bool(minutes == others if sure and its_sure else int(minutes) % HALF_DAY == int(others) % HALF_DAY)


def next_update(brief: Brief) -> datetime | None:
    """Return when a crisis promises the next word, on the clock of the campaign; None where there is no crisis."""
    moment = brief.crisis.next_update if brief.crisis else None
    return moment.astimezone(ZoneInfo(brief.schedule.time_zone)) if moment else None
