"""The languages of readers: gettext catalogues, one per page and language; direction and dates of a language."""

import gettext
import io
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.core import get_global

CATALOGUES = Path(__file__).parent / "locale"
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "fa", "he", "ps", "ur"})
DATES_OF = {"en": "en_GB"}
"""The locale whose dates a language gets, where it is another than its own."""
LONG_DATES = {"so": "d MMMM y"}
"""How texts in a language write out a day where Babel has another order: 15 Maarso 2027, not Maarso 15, 2027."""


def base(language: str) -> str:
    """Return the language of a tag without script and region, such as ``sv`` of ``sv-SE``."""
    return language.partition("-")[0]


def fallback(languages: Sequence[str]) -> str:
    """Return which of a message's languages others than theirs get: Swedish, or the first where it has no Swedish."""
    return "sv" if "sv" in languages else languages[0]


def tag_meant(written: str) -> str:
    """Return the tag that a longer code or a language's name stands for, such as ``en`` for eng; empty for none."""
    word = written.strip().lower()
    aliases = get_global("language_aliases")
    names = {name.lower(): tag for each in ("sv", "en") for tag, name in Locale(each).languages.items()}
    meant = str(aliases.get(word) or names.get(word, ""))
    return meant if meant != word else ""


def direction(language: str) -> str:
    """Return ``rtl`` for a language written from right to left, otherwise ``ltr``."""
    return "rtl" if base(language) in RIGHT_TO_LEFT else "ltr"


def date_locale(language: str) -> str:
    """Return the locale that writes dates of a language; Swedish where nobody knows how that language writes them."""
    name = DATES_OF.get(base(language), base(language))
    try:
        Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return "sv"
    return name


def long_date(day: date, language: str) -> str:
    """Return a day written out as texts in the language do, such as ``15 mars 2027``."""
    from babel.dates import format_date

    return str(format_date(day, LONG_DATES.get(base(language), "long"), locale=date_locale(language)))


def for_translation(message: str) -> str:
    """Mark a message for translation where it is listed, imported as ``_``; it is translated where it is shown."""
    return message


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return the translations of every catalogue ``locale/*.<language>.po``; English is the source language."""
    if language == "en":
        return gettext.NullTranslations()
    from babel.messages.catalog import Catalog  # here: the process that renders texts seldom needs a catalogue
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    merged = Catalog(locale=language)
    for path in sorted(CATALOGUES.glob(f"*.{language}.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale=language):
                if message.id and message.string:
                    merged[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
