"""The facts that a text tells, however it writes them: dates, times, weekdays, numbers, telephones, addresses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tasks.gates.fact_words import NEVER, FactWords, fact_words, spaced
from tasks.gates.passages import ascii_digits
from tasks.gates.times_told import times_told

Value = tuple[float | str, ...]
Told = tuple[str, Value, int, int]
MONTHS = 12
LONGEST_MONTH = 31
UNSEEN = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\u200b\u00ad\ufeff]")
ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"”»)\]]*[^\s<>\"”»)\].,;:!?]", re.IGNORECASE)
MAIL = re.compile(r"(?:mailto:)?(?<![\w.+-])([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)", re.IGNORECASE)
TELEPHONE = re.compile(
    r"(?<![\w/.,])(?<!\d-)(?:tel:)?((?:\+|00)46[\s()-]*(?:0\)[\s-]*)?|0)(\d(?:[\s)\u2011-]{0,2}\d){5,10})(?![\w/]|[.,]\d)"
)
CODE = re.compile(r"(?<!\w)[A-ZÅÄÖ]{1,5}[ -]?\d{4}[-/:]\d+(?!\w)|(?<![\w/])\d{4}[/:]\d{3,}(?!\w)")
ISO = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
SHORT_DATE = re.compile(r"(?<![\w/.])(\d{1,2})/(\d{1,2})(?:[ /-](\d{4}))?(?![\w/])")
DOTTED = re.compile(r"(?<![\w.])(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{4}))?(?!\w)")
NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:[ .,]\d{3})+(?![\d])|(?<![^\W\d])(?<![\d.,])\d+(?:[.,]\d+)?(?!\d)")
THOUSANDS = re.compile(r"\d{1,3}(?:[ .,]\d{3})+")


@dataclass(frozen=True)
class Fact:
    """One fact where it stands: ``text[start:end]``.

    ``value`` is, by kind: date (month, day, year or 0), time (minutes of the day, 1 where the half of the day is sure),
    month, weekday and number a number, and telephone, mail, link and code their letters and digits.
    """

    kind: str
    value: Value
    start: int
    end: int
    written: str
    after: str = ""


@lru_cache(maxsize=4096)
def facts_in(text: str, language: str) -> tuple[Fact, ...]:
    """Return the facts of a text in the order of the text; what is part of one fact is no other."""
    plain, words = plain_digits(text), fact_words(language)
    found: list[Fact] = []
    for forms in (_addresses, _dates, times_told, _days_and_months, _numbers):
        for kind, value, start, end in forms(plain, words):
            found.append(Fact(kind, value, start, end, text[start:end].strip(), plain[end : end + 24]))
            plain = plain[:start] + "\x00" * (end - start) + plain[end:]
    return tuple(sorted(found, key=lambda fact: fact.start))


def plain_digits(text: str) -> str:
    """Return a text of the same length with ASCII digits and spaces, and a space for each sign that is not seen."""
    signs = UNSEEN.sub(" ", text).replace("\u00a0", " ").replace("\u202f", " ")
    return ascii_digits(signs)


def _addresses(text: str, words: FactWords) -> Iterator[Told]:
    for found in ADDRESS.finditer(text):
        yield "link", (re.sub(r"^https?://(?:www\.)?|^www\.|/?(?:#.*)?$", "", found[0].casefold()),), *found.span()
    for found in MAIL.finditer(_without(text, ADDRESS)):
        yield "mail", (found[1].casefold(),), *found.span()
    bare = _without(_without(text, ADDRESS), MAIL)
    for found in CODE.finditer(bare):
        yield "code", (re.sub(r"\W", "", found[0]).casefold(),), *found.span()
    for found in TELEPHONE.finditer(_without(bare, CODE)):
        yield "telephone", ("0" + re.sub(r"\D", "", found[2]),), *found.span()


def _dates(text: str, words: FactWords) -> Iterator[Told]:
    for form, order in _date_forms(words):
        for found in form.finditer(text):
            day, month, year = (found[name] for name in ("day", "month", "year"))
            if number := _day(day, words):
                number_of_month = next((n for n, name in order.items() if re.fullmatch(spaced(name), month, re.I)), 0)
                yield "date", (number_of_month, number, int(year or 0)), *found.span()
        text = form.sub(lambda found: "\x00" * len(found[0]), text)
    for form, places in ((ISO, (2, 3, 1)), (SHORT_DATE, (2, 1, 3)), (DOTTED, (2, 1, 3))):
        for found in form.finditer(text):
            month_number, day_number, of_year = (int(found[place] or 0) for place in places)
            if 1 <= month_number <= MONTHS and 1 <= day_number <= LONGEST_MONTH:
                yield "date", (month_number, day_number, of_year), *found.span()


def _date_forms(words: FactWords) -> list[tuple[re.Pattern[str], dict[int, str]]]:
    months = dict(words.months)
    months |= {n: f"{months[n]}|{short}" if n in months else short for n, short in words.short_months.items()}
    if not months:
        return []
    name = rf"(?P<month>{spaced('|'.join(months.values()))})"
    day = rf"(?P<day>\d{{1,2}}(?=\D)|{'|'.join(words.ordinals) or NEVER})"
    year = r"(?:,?\s+(?P<year>(?:19|20)\d{2})(?!\d))?"
    first = rf"(?<![\w.,:]){day}\s?(?:[.:]?(?:e|a|st|nd|rd|th)\b)?\.?\s+(?:of\s+|de\s+)?{name}(?!\w){year}"
    second = rf"(?<!\w){name}\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.–-]*\d|\w){year}"
    flags = re.IGNORECASE
    return [(re.compile(first, flags), months), (re.compile(second, flags), months)]


def _day(written: str, words: FactWords) -> int:
    if written.isdigit():
        return int(written) if 1 <= int(written) <= LONGEST_MONTH else 0
    ordinals = enumerate(words.ordinals, start=1)
    return next((number for number, form in ordinals if re.fullmatch(form, written, re.IGNORECASE)), 0)


def _days_and_months(text: str, words: FactWords) -> Iterator[Told]:
    for kind, names in (("weekday", words.weekdays), ("month", words.months)):
        for number, form in names.items():
            cased = "" if kind == "month" else "(?i)"  # may and May, march and March
            for found in re.finditer(rf"{cased}(?<!\w)(?:{spaced(form)})(?!\w)", text):
                yield kind, (number,), *found.span()


def _numbers(text: str, words: FactWords) -> Iterator[Told]:
    for found in NUMBER.finditer(text):
        grouped = THOUSANDS.fullmatch(found[0])
        value = float(re.sub(r"\D", "", found[0]) if grouped else found[0].replace(",", "."))
        yield "number", (value * _times_ten(text[found.end() :], words),), *found.span()
    for number, form in words.numbers.items():
        for found in re.finditer(rf"(?<![\w-])(?:{spaced(form)})(?!\w|-\w)", text, re.IGNORECASE):
            yield "number", (float(number) * _times_ten(text[found.end() :], words),), *found.span()


def _times_ten(after: str, words: FactWords) -> int:
    for power, form in words.times_ten.items():
        if re.match(rf"\s(?:{form})(?!\w)", after, re.IGNORECASE):
            return int(10**power)
    return 1


def _without(text: str, form: re.Pattern[str]) -> str:
    return form.sub(lambda found: "\x00" * len(found[0]), text)
