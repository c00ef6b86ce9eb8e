"""When a campaign's messages go out: each wave at its start and, to a control group that is told later, once more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from campaigns.brief import Brief, Wave

LATER = "-later"
"""Ends the name of the sending to the control group; no wave's name holds a hyphen."""


@dataclass(frozen=True)
class Sending:
    """One wave to those who get it at one time; ``is_later`` to the control group, which gets the same texts later."""

    wave: str
    start: datetime
    is_later: bool = False

    @property
    def name(self) -> str:
        """Return the name of the wave; that of the sending to the control group ends with ``-later``."""
        return f"{self.wave}{LATER}" if self.is_later else self.wave


def sendings(brief: Brief) -> tuple[Sending, ...]:
    """Return every sending of a brief: the waves as they are written, in order of time where some are sent later."""
    first = tuple(Sending(wave.name, wave.start) for wave in brief.waves)
    later = tuple(Sending(wave.name, later_start(brief, wave), is_later=True) for wave in _drawn(brief))
    return tuple(sorted(first + later, key=lambda sending: sending.start)) if later else first


def later_start(brief: Brief, wave: Wave) -> datetime:
    """Return when the control group gets a wave: whole days after the others, at the same hour in local time."""
    return days_later(wave.start, brief.holdout.later or 0, ZoneInfo(brief.schedule.time_zone))


def first_later_start(brief: Brief) -> datetime | None:
    """Return when the first of the control group is told; None where it never is."""
    return min((sending.start for sending in sendings(brief) if sending.is_later), default=None)


def last_start(brief: Brief, wave: str) -> datetime:
    """Return when a wave is sent for the last time; the campaign's start where it has no such wave."""
    starts = [sending.start for sending in sendings(brief) if sending.wave == wave]
    return max(starts, default=brief.schedule.start)


def days_later(start: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the same time of day in a zone so many days later, also across a change of its clocks."""
    return (start.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=zone)


def _drawn(brief: Brief) -> tuple[Wave, ...]:
    """Return the waves of which a part gets the message later: those to the public, or all where it has no other."""
    if brief.holdout.later is None:
        return ()
    return tuple(wave for wave in brief.waves if brief.is_internal or not brief.is_to_employees(wave.name))
