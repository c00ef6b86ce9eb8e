"""Moments as staff read them: in the city's own time, with the date."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

CITY = ZoneInfo("Europe/Stockholm")
CLOCK = {"sv": "d MMMM y 'kl.' HH.mm", "en": "d MMMM y 'at' HH:mm"}


def today() -> date:
    """Return the city's date, which a machine that keeps another time has an hour or two later."""
    return datetime.now(CITY).date()


def in_words(moment: datetime, language: str, zone: str = CITY.key) -> str:
    """Return date and time in words, such as ``18 januari 2027 kl. 08.00``."""
    return str(format_datetime(moment, CLOCK[language], tzinfo=ZoneInfo(zone), locale=language))


def on_one_line(moment: datetime) -> str:
    """Return date, time and the name of the time, such as ``2027-01-18 08:00 CET``, for the command line."""
    return f"{moment.astimezone(CITY):%Y-%m-%d %H:%M %Z}"
