"""The frame of every page for readers: one Jinja2 environment with translations, numbers and dates of the language."""

import os
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from babel import numbers
from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from campaigns import language as languages
from tasks.local_time import CITY

LAYOUTS = Path(languages.__file__).parent / "layouts"
LOCALES = {"sv": "sv_SE", "en": "en_GB"}
WHOLE = 10
SMALLEST_CHANCE = 0.005
"""Kilograms from which no decimals are told."""


def page_environment(language: str) -> Environment:
    """Return the environment that renders ``campaigns/layouts/*.html.j2`` in one language, autoescaped.

    Filters: ``number(decimals=0)``, ``percent(decimals=0)`` of a share 0–1, ``points(decimals=0)`` of a difference
    between shares, ``money(decimals=0)`` in kronor, ``kilograms`` and ``date``. Unknown names raise, so that no page
    has a silent gap.
    """
    environment = Environment(
        loader=FileSystemLoader(LAYOUTS),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(  # type: ignore[attr-defined]  # added by the extension
        languages.translations(language), newstyle=True
    )
    environment.globals["language"] = language
    environment.filters.update(filters(language))
    return environment


def filters(language: str) -> dict[str, Any]:
    """Return how numbers and dates are written in a language, by name; the same in templates and in sentences.

    One rule rounds them all: halves go up, and what floating point adds beyond a millionth is dropped first. Money,
    kilograms and chances that would round to nothing are told in words: what costs something never looks free, nor
    what is unlikely impossible.
    """
    locale = LOCALES.get(language, language)
    sign = "%" if language == "en" else "\N{NO-BREAK SPACE}%"

    def less_than(amount: str) -> str:
        return languages.translations(language).gettext("less than {amount}").format(amount=amount)

    def number(value: float, decimals: int = 0) -> str:
        return numbers.format_decimal(_rounded(value, decimals), format=_pattern(decimals), locale=locale)

    def percent(value: float, decimals: int = 0) -> str:
        return numbers.format_percent(_rounded(value, decimals + 2), _pattern(decimals) + sign, locale=locale)

    def chance(value: float) -> str:
        return less_than(percent(0.01)) if 0 < value < SMALLEST_CHANCE else percent(value)

    def points(value: float, decimals: int = 0) -> str:
        return number(100 * value, decimals)

    def money(value: float, decimals: int = 0) -> str:
        rounded, little = _rounded(value, decimals), value > 0 and not _rounded(value, decimals)
        shown = Decimal(1).scaleb(-decimals) if little else rounded
        amount = numbers.format_currency(shown, "SEK", f"{_pattern(decimals)} ¤", locale=locale, currency_digits=False)
        return less_than(amount) if little else amount

    def kilograms(value: float) -> str:
        little = value > 0 and not _rounded(value, 1)
        return less_than(number(0.1, 1)) if little else number(value, 0 if not value or value >= WHOLE else 1)

    def day(value: date) -> str:
        local = value.astimezone(CITY).date() if isinstance(value, datetime) else value
        return format_date(local, "long", locale=locale)

    return {"number": number, "percent": percent, "chance": chance, "points": points, "money": money,
            "kilograms": kilograms, "date": day}  # fmt: skip


def write_page(path: Path, text: str) -> Path:
    """Write a page whole: to a draft that is renamed into place, in a folder that only its owner reads; returns it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{os.getpid()}.draft")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)
    return path


def _rounded(value: float, decimals: int) -> Decimal:
    exact = Decimal(str(round(value, 6 + decimals)))
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0


def _pattern(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")
