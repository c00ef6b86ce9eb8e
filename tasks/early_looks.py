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


def marked(found: dict[str, Any], run: Run, look: int) -> dict[str, Any]:
    """Return an answer whose first doubt is that it came early: the time that it is, and its look's time."""
    due = run.brief.look_times()[look - 1]
    times = {"now": datetime.now(UTC).isoformat(), "due": due.isoformat(), "zone": run.brief.schedule.time_zone}
    return found | {"early": True, "doubts": [{"code": STATE, "look": look, **times}, *found["doubts"]]}


def sentence(told: dict[str, Any], language: str) -> str:
    """Return what comes first in an early answer: on what day it was made, when its day is, and what happens then."""
    _ = translations(language).gettext
    now, due = (in_words(datetime.fromisoformat(told[name]), language, told["zone"]) for name in ("now", "due"))
    return _(
        "This is early: follow-up %(look)s was evaluated on %(now)s, and its day is %(due)s. Nothing can be said to "
        "have been reached, or not, until then; it is evaluated again on its day."
    ) % {"look": told["look"], "now": now, "due": due}
