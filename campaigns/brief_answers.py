"""Values that are written but answer nothing: ``campaigns/words/no_answers.yaml`` says what each field may not hold."""

import re
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

NO_ANSWERS = Path(__file__).parent / "words" / "no_answers.yaml"
SIGNS = " \t\n.,;:!?–—-…()[]\"'”“"
WRITTEN_IN = frozenset({"sv", "en"})
SAYS_HOURS = re.compile(
    r"\d|dygn|hela dag|kontorstid|middag|morgon|morgnar|kväll|natt|nätter|alltid|hour|clock|morning|noon|evening|night"
    r"|always|(?:all|whole) day",
    re.IGNORECASE,
)
SAYS_WITHIN = re.compile(
    r"\d|timm|dag|dygn|veck|minut|direkt|genast|hour|day|week|minute|immediately|at once|straight away", re.IGNORECASE
)
SAYS_WHEN = {"hours": SAYS_HOURS, "answer_within": SAYS_WITHIN}
NUMBER = re.compile(r"(?:(?:tel|telefon|telephone|phone|ring|call)\w*[.:]?\s*)?([+\d][\d\s()./–-]*)", re.IGNORECASE)
FEWEST_DIGITS = 7
SHORT_NUMBERS = frozenset({"112", "1177", "11313", "11414", "90000"})


def is_unfinished(text: str) -> bool:
    """Tell whether a value says that somebody has yet to decide or to write it."""
    return _says("unfinished", text)


def is_no_answer(field: str, text: str) -> bool:
    """Tell whether a value names nothing, as ``none`` does, or says what its field may not; an empty one does neither.

    ``field`` is a key of the file, or any other word for a field without a list of its own.
    """
    return any(_says(name, text) for name in dict.fromkeys(("nothing", field)))


def says_no_time(field: str, text: str, language: str) -> bool:
    """Tell whether ``hours`` or ``answer_within`` say no time; other languages than the brief's own are not judged."""
    if is_no_answer(field, text) or is_unfinished(text):
        return True
    return language in WRITTEN_IN and bool(text.strip()) and SAYS_WHEN[field].search(text) is None


def reaches_nobody(way: str) -> bool:
    """Tell whether a way to answer leads to nobody: a box that is not read, an example, too few digits to dial."""
    if is_no_answer("way", way):
        return True
    number = NUMBER.fullmatch(way.strip(SIGNS))
    digits = re.sub(r"\D", "", number[1]) if number else ""
    return bool(number) and len(digits) < FEWEST_DIGITS and digits not in SHORT_NUMBERS


def _says(name: str, text: str) -> bool:
    pattern = _patterns().get(name)
    return pattern is not None and pattern.fullmatch(text.strip(SIGNS)) is not None


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    with NO_ANSWERS.open(encoding="utf-8") as source:
        listed: dict[str, list[str]] = YAML(typ="safe").load(source)
    return {
        name: re.compile("|".join(f"(?:{form})" for form in forms).replace(" ", r"\s+"), re.IGNORECASE | re.DOTALL)
        for name, forms in listed.items()
    }
