"""Which language a passage is written in, told by its small words and its script; silent where it cannot be sure."""

import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.core import get_global

FUNCTION_WORDS = Path(__file__).parent / "words" / "function_words.csv"
"""Words of the closed classes (articles, pronouns, conjunctions, auxiliaries) that only one of our languages has."""
FEWEST_WORDS = 6
FEWEST_OF_A_SHORT, FEWEST_IN_ARABIC = 4, 3
FEWEST_SMALL = 3
LEAST_SHARE = 0.2
WORD = re.compile(r"[^\W\d_]+")
ARABIC = re.compile(r"[\u0620-\u064a\u066e-\u06d3]")
LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
OTHER_SCRIPTS = {
    "Cyrl": "\u0400-\u052f", "Grek": "\u0370-\u03ff\u1f00-\u1fff", "Hebr": "\u0590-\u05ff", "Armn": "\u0530-\u058f",
    "Deva": "\u0900-\u097f", "Beng": "\u0980-\u09ff", "Taml": "\u0b80-\u0bff", "Thai": "\u0e00-\u0e7f",
    "Geor": "\u10a0-\u10ff", "Ethi": "\u1200-\u139f", "Hang": "\uac00-\ud7af", "Hira": "\u3040-\u30ff",
    "Hani": "\u3400-\u9fff",
}  # fmt: skip
"""Scripts of ISO 15924 by their letters, but for the Latin and the Arabic."""
WRITTEN_WITH = {"Hani": ("zh", "yue", "ja", "ko"), "Hira": ("ja",), "Hang": ("ko",)}
"""Languages of a script where the likely script of CLDR is another."""
WITHOUT_SPACES = frozenset({"Hani", "Hira", "Thai"})
FEWEST_OF_A_SCRIPT = 6  # letters in a row, with spaces between
OF_ARABIC_SCRIPT = frozenset({"ar", "ckb", "fa", "prs", "ps", "ug", "ur"})
NEAR = {"da": "sv", "nb": "sv", "nn": "sv", "no": "sv", "et": "fi", "fit": "fi", "fkv": "fi", "krl": "fi", "sco": "en"}
TAG = re.compile(r"[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-[a-z\d]{5,8}|-\d[a-z\d]{3})*", re.IGNORECASE)


def is_language_tag(tag: str) -> bool:
    """Tell whether a tag names a language (BCP 47) that CLDR knows, such as ``sv``, ``fit`` or ``sr-Latn``."""
    return bool(TAG.fullmatch(tag)) and tag.partition("-")[0].lower() in _known_languages()


def language_of(passage: str) -> str:
    """Return the language of a passage, ``ar`` for any in Arabic script; empty where it is too short or mixed.

    Of other scripts only the script is known: ``und-Cyrl``, from two words in a row on.

    At least six words, of which three different small words of one language and a fifth of all; and four times as many
    of them as of any other language. Of four or five words half are small ones of one language, and none of another;
    in Arabic script three words are enough.
    """
    if script := _script_of(passage):
        return f"und-{script}"
    words = [word.lower() for word in WORD.findall(passage)]
    arabic, latin = len(ARABIC.findall(passage)), len(LATIN.findall(passage))
    if arabic > 3 * latin and len(words) >= FEWEST_IN_ARABIC:
        return "ar"
    if len(words) < FEWEST_WORDS:
        return _of_few(words)
    small = [(owner, word) for word in words if (owner := _owners().get(word))]
    counted = Counter(owner for owner, _ in small)
    (first, most), *others = [*counted.most_common(2), ("", 0)]
    different = len({word for owner, word in small if owner == first})
    sure = different >= FEWEST_SMALL and most >= LEAST_SHARE * len(words) and most >= 4 * max(n for _, n in others)
    return first if sure and latin > 3 * arabic else ""


def _script_of(passage: str) -> str:
    """Return the script of two words or more in a row that are neither Latin nor Arabic; empty where there are none."""
    for script, letters in OTHER_SCRIPTS.items():
        signs = rf"[{letters}]"
        row = rf"{signs}{{4,}}" if script in WITHOUT_SPACES else rf"{signs}+(?:[^\w]+{signs}+)+"
        for found in re.finditer(row, passage):
            if script in WITHOUT_SPACES or len(re.findall(signs, found[0])) >= FEWEST_OF_A_SCRIPT:
                return script
    return ""


def _of_few(words: list[str]) -> str:
    owners = [_owners().get(word) for word in words]
    named = {owner for owner in owners if owner}
    small = {word for word, owner in zip(words, owners, strict=True) if owner}
    sure = len(words) >= FEWEST_OF_A_SHORT and len(named) == 1 and 2 * len(small) >= len(words)
    return next(iter(named)) if sure else ""


def name_of(tag: str, reader: str) -> str:
    """Return what a language is called in the reader's, such as Swedish; the tag where CLDR has no name for it."""
    if tag.startswith("und-"):
        return str(Locale.parse(reader, sep="-").scripts.get(tag.removeprefix("und-"), tag))
    try:
        return Locale.parse(tag, sep="-").get_display_name(reader) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def may_be_in(found: str, tag: str) -> bool:
    """Tell whether a passage that :func:`language_of` takes for ``found`` may be in the language of a tag.

    A language whose small words are those of a neighbour, such as Norwegian or Meänkieli, is given the benefit.
    """
    base = tag.partition("-")[0].lower()
    if found.startswith("und-"):
        script = found.removeprefix("und-")
        return base in WRITTEN_WITH.get(script, ()) or script in (tag + get_global("likely_subtags").get(base, ""))
    return found in {base, NEAR.get(base), "ar" if base in OF_ARABIC_SCRIPT else base}


@cache
def _owners() -> dict[str, str]:
    with FUNCTION_WORDS.open(encoding="utf-8", newline="") as file:
        return {row["word"]: row["language"] for row in csv.DictReader(file)}


@cache
def _known_languages() -> frozenset[str]:
    return frozenset(Locale("en").languages)
