"""Times of the day in a text: 24 or 12 hours, in digits or words, alone or as the ends of a range."""

import re
from collections.abc import Iterator
from itertools import pairwise

from tasks.gates.fact_words import NEVER, FactWords, spaced

HALF_DAY = 720  # minutes
LATEST_HOUR = 24
NOON_HOUR = 12
NAMED = {"noon": HALF_DAY, "midday": HALF_DAY, "midnight": 0}
NAMED_ALONE = re.compile(r"(?<!12)(?<!12\s)(?<!\w)(?:noon|midday|midnight)(?!\w)", re.IGNORECASE)
RANGE = re.compile(r"\s?[–-]\s?|\s(?:to|till|och|and|ilaa|إلى)\s+")
MONEY = re.compile(r"\s?(?:kr|kronor|SEK|%|€|procent|per cent|euro)", re.IGNORECASE)


def times_told(text: str, words: FactWords) -> Iterator[tuple[str, tuple[float | str, ...], int, int]]:
    """Yield each time of the day as minutes, and 1 where it is sure which half of the day is meant."""
    spans = list(re.finditer(_form(words), text, re.IGNORECASE))
    sure = [_is_time(found, text) for found in spans]
    for place, (one, other) in enumerate(pairwise(spans)):  # of a range, one end says that the other is a time
        joined = one["hour"] and other["hour"] and RANGE.fullmatch(text[one.end() : other.start()])
        if joined and (sure[place] or sure[place + 1]):
            sure[place] = sure[place + 1] = True
    for found, is_time in zip(spans, sure, strict=True):
        if is_time and (hour := _hour(found, words)) is not None:
            minutes = hour * 60 + int(found["minute"] or 0)
            yield "time", (minutes, int(_is_sure(found, hour, words))), *found.span()
    for found in NAMED_ALONE.finditer(text):
        yield "time", (NAMED[found[0].lower()], 1), *found.span()


def _form(words: FactWords) -> str:
    said = spaced("|".join(words.numbers.values()) or NEVER)
    hour = rf"(?P<hour>\d{{1,2}})(?:[.:](?P<minute>\d{{2}}))?|(?P<said>{said})(?!\w)"
    half = rf"\s?(?P<half>[ap]\.?m\b\.?|noon|midday|midnight|(?:{words.afternoon})(?!\w))"
    after = rf"\s(?P<after>{words.after_clock})(?!\w)"
    clock = rf"(?<!\w)(?P<clock>{words.clock})\s+"
    return rf"(?:{clock})?(?<![\w.,/])(?:{hour})(?![\w/]|[.,:]\d)(?:{half}|{after})?"


def _is_time(found: re.Match[str], text: str) -> bool:
    """Tell whether a figure is a time: it has minutes, a half of the day, or a word for the clock before or after."""
    if MONEY.match(text, found.end()):
        return False
    if found["minute"] is not None:
        return int(found["minute"]) < 60 and int(found["hour"]) <= LATEST_HOUR
    return bool(found["half"] or found["after"] or found["clock"])


def _hour(found: re.Match[str], words: FactWords) -> int | None:
    """Return the hour from 0 to 23; None where there is none."""
    said = next((n for n, form in words.numbers.items() if re.fullmatch(spaced(form), found["said"] or "", re.I)), None)
    hour = int(found["hour"]) if found["hour"] else said
    if hour is None or hour > LATEST_HOUR:
        return None
    half = (found["half"] or "").lower()
    morning = re.fullmatch(r"a\.?m\.?", half)
    if half and not morning and hour < NOON_HOUR:
        return hour + NOON_HOUR
    at_night = hour == LATEST_HOUR or (hour == NOON_HOUR and (morning or half == "midnight"))
    return 0 if at_night else hour


def _is_sure(found: re.Match[str], hour: int, words: FactWords) -> bool:
    """Tell whether it is sure which half of the day is meant: a language of twelve hours, or a word, says less."""
    twelve = bool(found["said"]) or words.after_clock != NEVER or not found["clock"]
    return bool(found["half"]) or hour > NOON_HOUR or not twelve
