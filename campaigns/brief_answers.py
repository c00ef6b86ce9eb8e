"""Values that are written but answer nothing: ``campaigns/words/no_answers.yaml`` says what each field may not hold."""

import re
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

NO_ANSWERS = Path(__file__).parent / "words" / "no_answers.yaml"
SIGNS = " \t\n.,;:!?–—-…()[]\"'”“"
WRITTEN_IN = frozenset({"sv", "en"})
SAYS_HOURS = re.compile(
    r"\d|dygn|dag|vard|helg|kontorstid|morgon|kväll|natt|alltid|öppet|mån|tis|ons|tors|fre|lör|sön"
    r"|day|hour|week|clock|morning|evening|night|always|open|mon|tue|wed|thu|fri|sat|sun",
    re.IGNORECASE,
)
SAYS_WITHIN = re.compile(
    r"\d|timm|dag|dygn|veck|minut|direkt|genast|hour|day|week|minute|immediately|at once|straight away", re.IGNORECASE
)
SAYS_WHEN = {"hours": SAYS_HOURS, "answer_within": SAYS_WITHIN}


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
