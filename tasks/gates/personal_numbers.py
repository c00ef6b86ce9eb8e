"""Personal and coordination numbers in a text, however they are written."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from personnummer.personnummer import valid

from tasks.gates.passages import UNSEEN, ascii_digits

DIGIT, FEWEST_DIGITS = re.compile(r"\d"), 10
COMPACT = re.compile(
    r"(?:(?<![\w+-])|(?<=\bSE))(?<!\d{4} )(?<!\b20\d\d/)(?<!\b19\d\d/)(?:(?:18|19|20)\d{2}"
    r"|\d{2})\d{4} ?[-+]? ?\d{4}(?![\w-])(?! \d{4})"
)
DIVIDED = re.compile(
    r"(?:(?<![\w+-])|(?<=\bSE))(?:(?:18|19|20)\d{2}|\d{2})(?P<by>[-/. ])\d{2}(?P=by)\d{2} ?[-+] ?\d{4}(?![\w-])"
)
SPACED = re.compile(r"(?<![\w+-])(?<!\d )(?:\d ){5,7}\d ?[-+]? ?(?:\d ){3}\d(?! ?\d)")
DIVIDED_YEAR = re.compile(
    r"(?<![\w+-])(?:18|19|20)\d{2} \d{4} \d{4}(?![\w-])(?! \d{4})|(?<![\w+-])(?:18|19|20)\d{6}-?\d{2} \d{2}(?![\w-])"
)
LOOSE = re.compile(
    r"(?:(?<![\w+])|(?<=nr)|(?<=nummer))(?<!\d[ ./:_-])\d(?:(?:\n| ?[-./:_]? ?)\d){9,11}(?![^\W_])(?![ ./:_-]?\d)"
)
"""Ten or twelve digits with any dividing signs between them, one at a time."""
HOUR = re.compile(r"[ -]\d\d[.:]\d\d$")
CASE = re.compile(r"(?:19|20)\d\d/")
MARKS = re.compile(r"[*_`\\]+|</?\w+>")
HYPHENS = re.compile("[\u2010-\u2015\u2212\u00ad]")
TELEPHONE_BEFORE = re.compile(r"(?:tel|telefon|mobil|phone|ring|call|sms|text)\w*\s*(?:nummer|number)?[.:]?\s*$", re.I)


@lru_cache(maxsize=16_384)
def personal_numbers(text: str) -> tuple[str, ...]:
    """Return the digits of each valid personal or coordination number in a text, in whatever script, once."""
    return tuple(dict.fromkeys(_numbers_in(plain_digits(text)))) if len(DIGIT.findall(text)) >= FEWEST_DIGITS else ()


def _numbers_in(plain: str) -> Iterator[str]:
    for match in (found for form in (COMPACT, DIVIDED, DIVIDED_YEAR, SPACED) for found in form.finditer(plain)):
        compact = re.sub(r"[ /.]", "", match.group())
        digits, sign = re.sub(r"\D", "", compact), "+" if "+" in compact else "-" if compact[-5] == "-" else ""
        if _is_personal(digits, sign) and not _is_telephone(compact, plain[: match.start()]):
            yield digits
    yield from _loosely_written(plain)


def _loosely_written(plain: str) -> Iterator[str]:
    for match in LOOSE.finditer(plain):
        groups = re.findall(r"\d+", match[0])
        digits = "".join(groups)
        if len(groups) > 1 and _is_personal(digits, "") and not _is_another(match[0], groups, plain[: match.start()]):
            yield digits


def _is_another(written: str, groups: list[str], before: str) -> bool:
    """Tell a telephone number, a day with its hour and the number of a case from a personal number."""
    ends_as_telephone = len(groups[-1]) in (2, 3) and len(groups[0]) > 1
    telephone = groups[0].startswith("0") and (ends_as_telephone or bool(TELEPHONE_BEFORE.search(before)))
    return telephone or bool(HOUR.search(written) or CASE.match(written))


def _is_personal(digits: str, sign: str) -> bool:
    return len(digits) in (10, 12) and bool(valid(f"{digits[:-4]}{sign}{digits[-4:]}"))


def plain_digits(text: str) -> str:
    """Return a text with the digits, hyphens and spaces of every script as ASCII has them."""
    shown = HYPHENS.sub("-", unicodedata.normalize("NFKC", UNSEEN.sub("", text)))
    return re.sub(r"[ \t\u2066-\u2069]+", " ", re.sub("[\u200e\u200f\u2066-\u2069]", "", ascii_digits(shown)))


def _is_telephone(number: str, before: str) -> bool:
    """Tell a telephone number written without a hyphen from a personal number that begins with 0.

    Words before it decide; so does a day that only a coordination number has, because most mobile numbers look so.
    """
    undivided = len(number) == 10 and number.startswith("0") and number.isdigit()
    return undivided and (bool(TELEPHONE_BEFORE.search(before)) or int(number[4:6]) > 60)
