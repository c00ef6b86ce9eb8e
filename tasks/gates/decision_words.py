"""How a text says in each language that something is settled: ``campaigns/words/decision_wording.yaml``."""

import re
from dataclasses import dataclass
from functools import cache

from ruamel.yaml import YAML

from tasks.gates.word_lists import WORDS


@dataclass(frozen=True)
class DecisionWords:
    """The patterns of one language; the head of the file says what each is."""

    closed: re.Pattern[str]
    settled: re.Pattern[str]
    certain: re.Pattern[str]
    hedges: re.Pattern[str]
    asks: re.Pattern[str]
    practical: re.Pattern[str]
    neutral: re.Pattern[str]
    about: re.Pattern[str]
    undecided: re.Pattern[str]
    proposal: re.Pattern[str]


@cache
def decision_words() -> dict[str, DecisionWords]:
    """Return the patterns of every language that has some, read once."""
    with (WORDS / "decision_wording.yaml").open(encoding="utf-8") as source:
        languages: dict[str, dict[str, list[str]]] = YAML(typ="safe", pure=True).load(source)
    return {
        language: DecisionWords(**{name: _compiled(forms) for name, forms in patterns.items()})
        for language, patterns in languages.items()
    }


def _compiled(forms: list[str]) -> re.Pattern[str]:
    either = "|".join(forms).replace(" ", r"\s+")
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
