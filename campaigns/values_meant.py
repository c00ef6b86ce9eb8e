"""What a value of the wrong form probably stands for: a day in words, a sum with spaces, a bare number for a goal."""

import re
from collections.abc import Collection
from datetime import date

from babel.dates import get_month_names

DAY_IN_WORDS = re.compile(
    r"(?:den |the )?(\d{1,2})(?:st|nd|rd|th|:?e|:?a)?\.? ([a-zåäö]{3,})\.?,? (\d{4})", re.IGNORECASE
)
ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
GROUPED = re.compile(r"(\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(?: ?(?:kr|kronor|SEK|kg))?", re.IGNORECASE)
EASY_READ = frozenset({"lättläst", "lättläst svenska", "lätt svenska", "easy read", "easy-read", "easyread", "plain"})


def day_meant(given: str) -> str:
    """Return a sentence on the day that is meant, or that there is no such day; empty where none is told."""
    written = " ".join(given.split())
    if found := ISO_DAY.fullmatch(written):
        year, month, day = (int(part) for part in found.groups())
    elif found := DAY_IN_WORDS.fullmatch(written):
        day, month, year = int(found[1]), _month(found[2]), int(found[3])
    else:
        return ""
    try:
        return f"Did you mean `{date(year, month, day)}`? "
    except ValueError:
        return "There is no such day. " if month else ""


def number_meant(given: str) -> str:
    """Return a sentence with the number that is written with spaces or with its unit; empty where none is."""
    found = GROUPED.fullmatch(given.strip())
    if not found or found[0].isdigit():
        return ""
    return f"Did you mean `{re.sub('[^0-9]', '', found[1])}`? "


def word_meant(given: object, choices: Collection[str]) -> str:
    """Return a sentence with the one allowed word that ends with a bare number, such as G3 for 3; empty for none."""
    ending = [choice for choice in choices if choice.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == str(given).strip()]
    return f"Did you mean `{ending[0]}`? " if len(ending) == 1 else ""


def list_meant(given: object) -> str:
    """Return a sentence on how a lone text becomes a list; empty where it is another value.

    It never repeats the text, which may name a person.
    """
    return "Write it within brackets, `[like this]`. " if isinstance(given, str) and given.strip() else ""


def is_easy_read(given: object) -> bool:
    """Tell whether something is a name of the easy-read text, which is no language."""
    return str(given).strip().lower() in EASY_READ


def _month(name: str) -> int:
    """Return the number of a month, in Swedish or English, whole or by its first three letters; 0 for none."""
    for language in ("sv", "en"):
        for number, month in get_month_names("wide", locale=language).items():
            if name.lower() in (month.lower(), month.lower()[:3]):
                return int(number)
    return 0
