"""Which lessons a plan used, and what they changed in it, beside the plan that the documented priors would give."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import duckdb

from campaigns.brief import Brief
from campaigns.language import translations
from tasks import store
from tasks.beliefs import Beliefs
from tasks.contact_plan import Cell, Infeasible, Limits, Plan
from tasks.pages import filters
from tasks.plan_cells import Block, read_cells
from tasks.planned_units import optimum
from tasks.preview_words import Words

MOST_LESSONS = 6
ROUNDED_TO = 10


def explain_lessons(
    connection: duckdb.DuckDBPyConnection,
    run: str,
    brief: Brief,
    block: Block,
    cells: Sequence[Cell],
    limits: Limits,
    plan: Plan,
) -> None:
    """Write ``plan_lesson``: per channel what was believed before any lesson and now, and for whom it was planned.

    Nothing is written, and nothing solved again, where no campaign has taught anything about the brief's channels.
    Persons are told to the nearest ten, so that none of a small group is given away.
    """
    taught = _taught(connection, run, brief)
    if not taught:
        return
    before = read_cells(connection, brief, block, Beliefs({}))
    try:
        persons_before = _persons(before, optimum(before, limits)[2])
    except Infeasible:
        persons_before = Counter()
    persons_now = _persons(cells, plan)
    shares = _shares(before), _shares(cells)
    for channel, runs in sorted(taught.items()):
        if channel in shares[1]:
            counts = [round(persons[channel] / ROUNDED_TO) * ROUNDED_TO for persons in (persons_before, persons_now)]
            row = [run, channel, shares[0][channel], shares[1][channel], *counts, runs]
            connection.execute("INSERT INTO plan_lesson VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def lessons_used(connection: duckdb.DuckDBPyConnection, run: str, language: str) -> list[str]:
    """Return what the plan learnt from earlier campaigns, as sentences: what it changed, then the lessons in words."""
    rows = connection.execute(
        "SELECT * EXCLUDE (run) FROM plan_lesson WHERE run = ? ORDER BY channel", [run]
    ).fetchall()
    changes = [_sentence(language, *row[:5]) for row in rows]
    runs = sorted({name for row in rows for name in row[5]})
    asked = {"runs": runs, "most": MOST_LESSONS, "language": language}
    told = connection.execute(store.statement("lessons/newest"), asked).fetchall()
    _ = translations(language).gettext
    lessons = [
        _("Lesson from “%(campaign)s”: %(lesson)s") % {"campaign": title, "lesson": said} for title, said in told
    ]
    return [*changes, *lessons]


def _taught(connection: duckdb.DuckDBPyConnection, run: str, brief: Brief) -> dict[str, list[str]]:
    rows = connection.execute(
        "SELECT channel, list(DISTINCT run ORDER BY run) FROM response_evidence "
        "WHERE run <> ? AND list_contains(?::VARCHAR[], channel) GROUP BY channel",
        [run, list(brief.channels)],
    ).fetchall()
    return dict(rows)


def _persons(cells: Sequence[Cell], plan: Plan) -> Counter[str]:
    """Return the persons who get each channel at least once."""
    sizes, found = {cell.name: cell.size for cell in cells}, Counter[str]()
    for (name, contacts), units in plan.units.items():
        for channel in {contact for contact in contacts if contact}:
            found[channel] += units * sizes[name]
    return found


def _shares(cells: Sequence[Cell]) -> dict[str, float]:
    """Return the mean share believed to act because of one contact, over those who may get the channel."""
    weight, sums = Counter[str](), dict[str, float]()
    for cell in cells:
        offered = {option.channel: option.rate for wave in cell.waves for option in wave}
        for channel, rate in offered.items():
            weight[channel] += cell.units * cell.size
            sums[channel] = sums.get(channel, 0.0) + rate * cell.units * cell.size
    return {channel: sums[channel] / persons for channel, persons in weight.items() if persons}


def _sentence(language: str, channel: str, before: float, now: float, planned_before: int, planned: int) -> str:
    _, written = translations(language).gettext, filters(language)
    told: dict[str, Any] = {
        "channel": Words(language).channel(channel),
        "before": written["percent"](before, 1),
        "now": written["percent"](now, 1),
        "planned_before": written["number"](planned_before),
        "planned": written["number"](planned),
    }
    believed = _(
        "%(channel)s: %(now)s are believed to act because of one contact, where %(before)s was assumed before any "
        "lesson."
    )
    changed = (
        _("It is therefore planned for about %(planned)s persons instead of %(planned_before)s.")
        if planned != planned_before
        else _("That changes nothing in this plan: about %(planned)s persons get it either way.")
    )
    return f"{believed} {changed}" % told
