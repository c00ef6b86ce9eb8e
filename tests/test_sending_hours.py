"""When sending opens next: windows, quiet hours, and the change to summer time."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from campaigns.sending_hours import is_open, opens_next, told

CITY = ZoneInfo("Europe/Stockholm")
WEEKDAYS = [{"days": ["mon", "tue", "wed", "thu", "fri"], "opens": "08:00", "closes": "20:00"}]
OPENINGS = [
    (WEEKDAYS, (), "2026-11-29T14:00", "Monday 2026-11-30 08:00"),
    (WEEKDAYS, (), "2026-11-30T08:00", "Monday 2026-11-30 08:00"),
    (WEEKDAYS, (), "2026-11-30T20:00", "Tuesday 2026-12-01 08:00"),
    (WEEKDAYS, (), "2027-03-26T21:00", "Monday 2027-03-29 08:00"),
    (WEEKDAYS, ("21:00", "09:30"), "2026-11-29T14:00", "Monday 2026-11-30 09:30"),
    ([], ("21:00", "08:00"), "2026-11-29T23:00", "Monday 2026-11-30 08:00"),
    ([], (), "2026-11-29T23:00", "Sunday 2026-11-29 23:00"),
]


@pytest.mark.parametrize(("windows", "quiet", "now", "opens"), OPENINGS)
def test_sending_opens_at_the_first_moment_that_every_rule_allows(
    windows: list[dict[str, object]], quiet: tuple[str, ...], now: str, opens: str
) -> None:
    moment = opens_next(windows, datetime.fromisoformat(now).replace(tzinfo=CITY), [quiet])
    assert moment is not None
    assert (told(moment), is_open(windows, moment, quiet)) == (opens, True)


def test_windows_that_never_open_have_no_first_moment() -> None:
    never = [{"days": ["mon"], "opens": "08:00", "closes": "08:00"}]
    assert opens_next(never, datetime(2026, 11, 29, 14, tzinfo=CITY)) is None
