"""Personal numbers that belong to nobody.

Skatteverket has reserved 41,493 numbers for testing. Those of people now alive follow a pattern: births 1976 to 2013
have the serials 238 and 239 on (almost) every day, some later years one of the two in turn. A city needs more, and for
the elderly almost none are reserved. The rest are *coordination numbers* (day of birth + 60) with serial 238 or 239 and
then 900 to 999. A coordination number is only ever given to someone who is not in the Swedish population register, so
none can be the number of a resident of the city, and a register full of them is seen at a glance to be synthetic.
"""

from typing import Any

import numpy as np

from campaigns.errors import InputError
from tasks.synthetic_columns import Integers

BOTH_SERIALS = range(1976, 2014)
ONE_SERIAL_IN_TURN = (2014, 2015, 2016, 2019, 2024)
COORDINATION_SERIALS = (238, 239, *range(900, 1000))
# Days inside the pattern that the reserve leaves out: a number that may be somebody's.
NOT_RESERVED = np.array(
    [
        19760101238, 19800101238, 19800101239, 19891220238, 19900101239, 19900102239, 19900104238, 19900104239,
        19900105239, 19900106238, 19900106239, 19900108238, 19900108239, 19900109239, 19900113238, 20001218238,
        20010303239, 20011104238, 20021016238, 20021227238, 20050509238, 20070911239, 20071228238, 20101211238,
        20111230238, 20140317238, 20140317239, 20161026238, 20161026239,
    ]
)  # fmt: skip


def personal_numbers(birth_years: Integers, draw: np.random.Generator) -> Integers:
    """Return one number per birth year as 12-digit integers, all different, reserved ones first."""
    numbers = np.empty(len(birth_years), dtype=np.int64)
    order = np.argsort(birth_years, kind="stable")
    years, starts, counts = np.unique(birth_years[order], return_index=True, return_counts=True)
    for year, start, count in zip(years.tolist(), starts.tolist(), counts.tolist(), strict=True):
        numbers[order[start : start + count]] = _of_one_year(year, count, draw)
    return numbers


def with_check_digit(eleven: Integers) -> Integers:
    """Append the Luhn digit to numbers of eleven digits (century, date, serial)."""
    total = np.zeros(len(eleven), dtype=np.int64)
    for place in range(9):
        digit = eleven // 10**place % 10 * (2 if place % 2 == 0 else 1)
        total += digit // 10 + digit % 10
    return eleven * 10 + (10 - total % 10) % 10


def _of_one_year(year: int, count: int, draw: np.random.Generator) -> Integers:
    dates = _dates(year)
    reserved = draw.permutation(_reserved(year, dates))[:count]
    missing = count - len(reserved)
    if missing > len(dates) * len(COORDINATION_SERIALS):
        raise InputError(
            "there are not enough synthetic personal numbers for so many people",
            remedy="ask for at most 1,500,000 people.",
        )
    place = np.arange(missing)
    days = draw.permutation(dates)[place % len(dates)] + 60
    serials = np.array(COORDINATION_SERIALS)[place // len(dates)]
    return draw.permutation(with_check_digit(np.concatenate([reserved, days * 1000 + serials])))


def _reserved(year: int, dates: Integers) -> Integers:
    if year in BOTH_SERIALS:
        eleven = np.concatenate([dates * 1000 + 238, dates * 1000 + 239])
    elif year in ONE_SERIAL_IN_TURN:
        eleven = dates * 1000 + 239 - np.arange(len(dates)) % 2
    else:
        eleven = dates[:0]
    return eleven[~np.isin(eleven, NOT_RESERVED)]


def _dates(year: int) -> Integers:
    days: Any = np.arange(np.datetime64(f"{year}-01-01"), np.datetime64(f"{year + 1}-01-01"))
    months = days.astype("datetime64[M]")
    in_month = (days - months).astype(np.int64) + 1
    return np.asarray(year * 10000 + (months.astype(np.int64) % 12 + 1) * 100 + in_month, dtype=np.int64)
