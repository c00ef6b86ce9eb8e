"""Days, weeks and hours that no calendar and no clock has: 31/4, week 54, 25.00."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from tasks.gates.passages import ascii_digits

MONTHS_OF_THIRTY = (
    r"april|juni|september|november|April|June|September|November|(?:huhti|kesä|syys|marras)kuu\w*"
    r"|Abriil|Juun|Sebtembar|Nofembar|أبريل|يونيو|سبتمبر|نوفمبر"
)
FEBRUARY = r"februari|February|helmikuu\w*|Febraayo|فبراير"
MONTHS = (
    rf"januari|mars|maj|juli|augusti|oktober|december|January|March|May|July|August|October|December|{FEBRUARY}"
    rf"|{MONTHS_OF_THIRTY}|(?:tammi|maalis|touko|heinä|elo|loka|joulu)kuu\w*|Jannaayo|Maarso|Maajo|Luulyo|Ogosto"
    r"|Oktoobar|Disembar|يناير|مارس|مايو|يوليو|أغسطس|أكتوبر|ديسمبر"
)
ENDING = r"(?:st|nd|rd|th|\.|:e)?"
NO_DAY = re.compile(
    rf"\b(?:3[2-9]|[4-9]\d|0){ENDING}\s+(?:{MONTHS})\b|\b(?:{MONTHS})\s+(?:3[2-9]|[4-9]\d)(?:st|nd|rd|th)?\b(?!\s*%)"
    rf"|\b(?:30|31){ENDING}\s+(?:{FEBRUARY})\b|\b(?:{FEBRUARY})\s+(?:30|31)(?:st|th)?\b"
    rf"|\b31{ENDING}\s+(?:{MONTHS_OF_THIRTY})\b|\b(?:{MONTHS_OF_THIRTY})\s+31(?:st)?\b"
)
LEAP_DAY = re.compile(
    rf"\b29{ENDING}\s+(?:{FEBRUARY}),?\s+(?P<after>(?:19|20)\d\d)\b|\b(?:{FEBRUARY})\s+29(?:th)?,?\s+(?P<year>(?:19"
    rf"|20)\d\d)\b"
)
YEAR_FIRST = re.compile(r"(?<![\w/-])(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?![\w/-])")
DAY_FIRST = (
    re.compile(r"(?<![\w/.,])(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:[ /-](?P<year>20\d\d))?(?![\w/%]|[.,]\d)"),
    re.compile(r"(?<![\w.])(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>20\d\d)(?!\w)"),
)
WEEK = re.compile(
    r"\b(?:[Vv]ecka|[Vv]eckorna|[Ww]eeks?|[Vv]iik(?:ko|olla|on)|[Tt]oddobaadka|v\.) ?(?P<week>\d{1,2})(?![\w,.]*\d)"
    r"(?:,? (?:år )?(?P<year>20\d\d)\b)?"
)
CLOCK = r"(?:\b[Kk]l\.?\s?|\b[Kk]lockan\s|\bat\s|\b[Kk]lo\s|\b[Kk]ello\s|\b[Ss]aacad+a\s|الساعة\s)"
WITH_MINUTES = re.compile(rf"{CLOCK}(?P<hour>\d{{1,2}})[.:](?P<minute>\d\d)(?!\d)")
WITH_COLON = re.compile(r"(?<![\w:.,/])(?P<hour>\d\d):(?P<minute>\d\d)(?![\w:/]|[.,]\d)")
WHOLE_HOUR = re.compile(r"(?:\b[Kk]l\.?\s?|\b[Kk]lockan\s|\b[Kk]lo\s)(?P<hour>\d\d)(?!\w|[.:,]\d)")
IN_A_RANGE = re.compile(
    r"(?<![\w.,:])(\d{1,2})[.:](\d\d)\s?[–-]\s?(\d{1,2})[.:](\d\d)(?!\w|[.,:]\d|\s?(?:kr|SEK|€|%|euro|m\b|meter))"
)
HALF_OF_A_DAY = re.compile(r"\b(?:1[3-9]|2\d|0)(?:[.:]\d\d)?\s?[ap]\.?m\b\.?")
OF_NO_CLOCK = re.compile(r"(?:skala\w*|scale|kap\w*|ratio|psalt\w*|psalm\w*|§)\W*(?:\w+\W+)?$", re.IGNORECASE)
LAST_HOUR, MINUTES, LAST_WEEK, DAYS_OF_A_MONTH = 24, 60, 53, 31


@lru_cache(maxsize=8192)
def impossible_in(sentence: str) -> tuple[str, ...]:
    """Return each day, week and hour of a sentence that does not exist, as it is written, once."""
    if not any(sign.isdecimal() for sign in sentence):
        return ()
    plain = ascii_digits(sentence)
    spans = {span for find in (_days, _weeks, _hours) for span in find(plain)}
    return tuple(dict.fromkeys(sentence[start:end].strip() for start, end in sorted(spans)))


def _days(text: str) -> Iterator[tuple[int, int]]:
    yield from (found.span() for found in NO_DAY.finditer(text))
    for found in LEAP_DAY.finditer(text):
        if not _is_a_day(int(found["after"] or found["year"]), 2, 29):
            yield found.span()
    for found in YEAR_FIRST.finditer(text):
        if not _is_a_day(int(found["year"]), int(found["month"]), int(found["day"])):
            yield found.span()
    for found in (each for form in DAY_FIRST for each in form.finditer(text)):
        day, month, year = int(found["day"]), int(found["month"]), found["year"]
        fraction = not year and (not 1 <= month <= 12 or day > DAYS_OF_A_MONTH)
        if not fraction and not _is_a_day(int(year or 2028), month, day):  # any leap year where none is named
            yield found.span()


def _is_a_day(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _weeks(text: str) -> Iterator[tuple[int, int]]:
    for found in WEEK.finditer(text):
        last = date(int(found["year"]), 12, 28).isocalendar().week if found["year"] else LAST_WEEK
        if not 1 <= int(found["week"]) <= last:
            yield found.span()


def _hours(text: str) -> Iterator[tuple[int, int]]:
    for form in (WITH_MINUTES, WITH_COLON):
        for found in form.finditer(text):
            clock = form is WITH_MINUTES or not OF_NO_CLOCK.search(text[: found.start()])
            if clock and not _is_an_hour(found["hour"], found["minute"]):
                yield found.span()
    yield from (found.span() for found in WHOLE_HOUR.finditer(text) if int(found["hour"]) > LAST_HOUR)
    yield from (found.span() for found in HALF_OF_A_DAY.finditer(text))
    for found in IN_A_RANGE.finditer(text):
        ends = _is_an_hour(found[1], found[2]), _is_an_hour(found[3], found[4])
        if any(ends) and not all(ends):
            yield found.span()


def _is_an_hour(hour: str, minute: str) -> bool:
    return int(minute) < MINUTES and int(hour) * MINUTES + int(minute) <= LAST_HOUR * MINUTES
