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
    taken: re.Pattern[str]
    reopened: re.Pattern[str]


@cache
def decision_words(language: str) -> DecisionWords | None:
    """Return the patterns of a language; None where it has none."""
    if (patterns := _file().get(language)) is None:
        return None
    return DecisionWords(**{name: _compiled(forms) for name, forms in patterns.items()})


@cache
def _file() -> dict[str, dict[str, list[str]]]:
    with (WORDS / "decision_wording.yaml").open(encoding="utf-8") as source:
        return dict(YAML(typ="safe").load(source))


def _compiled(forms: list[str]) -> re.Pattern[str]:
    either = "|".join(forms).replace(" ", r"\s+")
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
