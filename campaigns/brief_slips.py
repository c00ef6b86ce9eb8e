"""Rules on what has an allowed form and is hardly meant: per cent for a share, facts out of order, days to come."""

import json

from campaigns.brief_subject import Found, Subject, rule

PER_CENT = 100
EASY_READ = "easy_read"
WANTS_EASY_READ = frozenset({"yes", "ja", "true", "1", "easy", "easy_read", "lättläst", "lätt", "simple"})


@rule
def share_meant(subject: Subject) -> Found:
    """P2b: a goal in per cent would be taken for a mean, and nobody has 55 of what each has or has not."""
    if subject.text("objective", "unit") not in {"person", "household"}:
        return
    values = {key: subject.get("objective", key) for key in ("baseline", "target")}
    if not all(isinstance(value, int | float) and 1 < value <= PER_CENT for value in values.values()):
        return
    for key, value in values.items():
        remedy = f"Did you mean {value / PER_CENT:g}? A mean, such as kilograms, has its reason under `overrides`."
        yield ("objective", key), f"`objective.{key}` is more than 1, which no share is", remedy


@rule
def easy_read_order(subject: Subject) -> Found:
    """P5b: what has no reader of its own, such as the web page, shows the first value of a fact."""
    for number, fact in subject.rows("facts"):
        given = fact.get("values")
        values = given if isinstance(given, list) else []
        first = str(values[0]) if len(values) > 1 else ""
        if fact.get("name") == EASY_READ and first.strip().lower() in WANTS_EASY_READ:
            place = f"`facts[{number + 1}].values`"
            message = f"{place} begins with “{first}”: the web page would be easy-read for everybody"
            remedy = f"Write the ordinary value first, such as {json.dumps([*values[1:], first], ensure_ascii=False)}."
            yield ("facts", number, "values"), message, remedy


@rule
def decision_taken(subject: Subject) -> Found:
    """P6d: what is told as decided has been decided when the texts are prepared and approved."""
    decided, start = subject.day("decision", "date"), subject.day("schedule", "start")
    if subject.text("decision", "status") != "decided" or not decided or not subject.now:
        return
    if subject.now.date() < decided and not (start and decided > start):
        remedy = "Prepare the campaign when it is decided, write the status proposed, or mend the date."
        yield ("decision", "date"), "`decision.date` is still to come, so nothing is decided yet", remedy
