"""A period that campaigns are followed up for: a year, a tertial (four months), a quarter or a month."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from campaigns.errors import InputError

WRITTEN = re.compile(r"(20\d\d|21\d\d)(?:-(?:T([1-3])|Q([1-4])|(0[1-9]|1[0-2])))?")
MONTHS = {"T": 4, "Q": 3, "M": 1, "Y": 12}


@dataclass(frozen=True)
class Period:
    """Whole months of one year, both days included; ``kind`` is Y, T, Q or M, ``number`` from 1."""

    name: str
    kind: str
    number: int
    first_day: date
    last_day: date

    @property
    def year(self) -> int:
        """The calendar year that it lies in."""
        return self.first_day.year


def read_period(written: str) -> Period:
    """Return the period that is written as ``2026``, ``2026-T3``, ``2026-Q3`` or ``2026-09``; raises InputError."""
    match = WRITTEN.fullmatch(written.strip().upper())
    if match is None:
        raise InputError(
            f"{written!r} is no period",
            where="--period",
            remedy="write a year (2026), a tertial (2026-T3), a quarter (2026-Q3) or a month (2026-09).",
        )
    year, tertial, quarter, month = match.groups()
    kind = "T" if tertial else "Q" if quarter else "M" if month else "Y"
    return _period(int(year), kind, int(tertial or quarter or month or 1))


def last_tertial(today: date) -> Period:
    """Return the newest tertial that is over on a day."""
    first_day = date(today.year, 1 + 4 * ((today.month - 1) // 4), 1)
    before = first_day - timedelta(days=1)
    return _period(before.year, "T", (before.month + 3) // 4)


def _period(year: int, kind: str, number: int) -> Period:
    last_month = MONTHS[kind] * number
    first_day = date(year, last_month - MONTHS[kind] + 1, 1)
    last_day = date(year, last_month, monthrange(year, last_month)[1])
    name = {"Y": f"{year}", "T": f"{year}-T{number}", "Q": f"{year}-Q{number}", "M": f"{year}-{number:02}"}[kind]
    return Period(name, kind, number, first_day, last_day)
