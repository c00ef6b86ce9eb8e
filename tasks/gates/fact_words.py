"""How each language writes months, weekdays, numbers and times: CLDR and ``campaigns/words/fact_words.yaml``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names, get_month_names
from ruamel.yaml import YAML

from campaigns.language import base
from tasks.gates.word_lists import WORDS

NEVER = r"(?!)"
FEWEST_LETTERS = 3
"""A shorter name of a month is any word."""
SHORTENED = frozenset({"sv", "en"})
"""Languages that write a month in short beside its day; elsewhere the short form is a word, such as summer."""
CUES = (
    "by", "ends", "invites", "answer", "tells", "decides", "replies", "within_one", "news", "tomorrow", "speaks",
    "again", "bids", "comes", "meets", "meeting", "bygone", "reach", "asks", "other_matter",
)  # fmt: skip


@dataclass(frozen=True)
class FactWords:
    """The patterns of one language, each of whole words; the head of the file says what each is."""

    months: Mapping[int, str]
    short_months: Mapping[int, str]
    weekdays: Mapping[int, str]
    numbers: Mapping[int, str]
    times_ten: Mapping[int, str]
    ordinals: tuple[str, ...]
    clock: str
    after_clock: str
    afternoon: str
    duration: str
    cues: Mapping[str, re.Pattern[str]]
    spoken: bool


@cache
def fact_words(language: str) -> FactWords:
    """Return the words of a language; months and weekdays alone where the file has none of it."""
    own: dict[str, Any] = _file().get(base(language), {})
    months = _named(get_month_names, "wide", language, own.get("months", {}))
    short = _named(get_month_names, "abbreviated", language, {}) if base(language) in SHORTENED else {}
    days = _named(get_day_names, "wide", language, own.get("weekdays", {}))
    clock, after_clock, afternoon, duration = (
        spaced(own.get(name) or NEVER) for name in ("clock", "after_clock", "afternoon", "duration")
    )
    return FactWords(
        months=months, short_months=short, weekdays=days, numbers=own.get("numbers", {}),
        times_ten=own.get("times_ten", {}), ordinals=tuple(own.get("ordinals", ())), clock=clock,
        after_clock=after_clock, afternoon=afternoon, duration=duration,
        cues={name: whole(own.get(name, NEVER)) for name in CUES}, spoken=bool(own),
    )  # fmt: skip


def whole(pattern: str) -> re.Pattern[str]:
    """Return a pattern of whole words, whatever the case."""
    return re.compile(rf"(?<!\w)(?:{spaced(pattern)})(?!\w)", re.IGNORECASE)


def spaced(pattern: str) -> str:
    """Return a pattern whose spaces are any white space."""
    return pattern.replace(" ", r"\s+")


def _named(names: Any, width: str, language: str, own: Mapping[int, str]) -> dict[int, str]:
    """Return the names of months or weekdays as patterns by number: those of the file and those of CLDR."""
    found = {number: [form] for number, form in own.items()}
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return dict(own)
    for context in ("format", "stand-alone"):
        for number, name in names(width, context, locale).items():
            bare = name.strip(". ")
            if len(bare) >= FEWEST_LETTERS and not bare[0].isdigit():
                found.setdefault(number, []).append(re.escape(bare))
    return {number: "|".join(dict.fromkeys(forms)) for number, forms in found.items()}


@cache
def _file() -> dict[str, dict[str, Any]]:
    with (WORDS / "fact_words.yaml").open(encoding="utf-8") as source:
        return dict(YAML(typ="safe").load(source))
