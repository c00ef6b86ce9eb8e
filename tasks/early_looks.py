"""A look that is evaluated before its day: it is told so, and evaluated again when its day comes."""

from datetime import UTC, date, datetime
from typing import Any

from campaigns.language import translations
from tasks.local_time import in_words
from tasks.runs import Run

STATE = "early"
"""The state of a look that has an answer and still waits for its day."""


def is_early(run: Run, look: int, observed_on: date, due_on: date) -> bool:
    """Say whether the look's time is still to come and nothing was observed on its day, or after it, that it used."""
    return observed_on < due_on and datetime.now(UTC) < run.brief.look_times()[look - 1]


def warn(found: dict[str, Any], run: Run, look: int, language: str) -> None:
    """Put it first in an answer that it came early: on what day, when its day is, and what happens then."""
    zone, _ = run.brief.schedule.time_zone, translations(language).gettext
    sentence = _(
        "This is early: look %(look)s was evaluated on %(now)s, and its day is %(due)s. Nothing can be said to have "
        "been reached, or not, until then; it is evaluated again on its day."
    ) % {
        "look": look,
        "now": in_words(datetime.now(UTC), language, zone),
        "due": in_words(run.brief.look_times()[look - 1], language, zone),
    }
    found["early"] = True
    found["warnings"].insert(0, sentence)
    found["summary"].insert(0, sentence)
