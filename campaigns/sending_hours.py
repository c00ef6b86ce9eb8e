"""When sending is allowed: the windows of a brief and the quiet hours of a channel, on the campaign's clock; pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LOOKED_AHEAD = 8  # days: a window of one weekday opens again within them
Windows = Sequence[Mapping[str, Any]]
"""Each with its ``days`` and the local times at which it ``opens`` and ``closes``."""
Quiet = Sequence[str]
"""The local times at which quiet hours begin and end; empty where there are none."""


def is_open(windows: Windows, moment: datetime, quiet: Quiet = ()) -> bool:
    """Tell whether sending is allowed at a local moment."""
    day, clock = DAYS[moment.weekday()], moment.strftime("%H:%M")
    inside = not windows or any(
        day in window["days"] and window["opens"] <= clock < window["closes"] for window in windows
    )
    return inside and not (quiet and _between(clock, *quiet))


def opens_next(windows: Windows, moment: datetime, quiets: Iterable[Quiet] = ()) -> datetime | None:
    """Return the first local moment from this one on at which sending is allowed, None where no window ever opens."""
    silent = [quiet for quiet in quiets if quiet] or [()]
    clocks = sorted({*(window["opens"] for window in windows), *(quiet[1] for quiet in silent if quiet)})
    days = [(moment + timedelta(days=ahead)).date() for ahead in range(LOOKED_AHEAD + 1)]
    openings = [datetime.combine(day, time.fromisoformat(clock), moment.tzinfo) for day in days for clock in clocks]
    for each in [moment, *(opening for opening in openings if opening > moment)]:
        if all(is_open(windows, each, quiet) for quiet in silent):
            return each
    return None


def told(moment: datetime) -> str:
    """Return a local moment with its weekday, such as ``Monday 2027-01-18 08:00``."""
    return f"{NAMES[moment.weekday()]} {moment:%Y-%m-%d %H:%M}"


def _between(clock: str, begin: str, end: str) -> bool:
    return begin <= clock < end if begin <= end else clock >= begin or clock < end
