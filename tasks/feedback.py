"""Telling back what was heard and decided (P4c): kept with its day, audited, and what the brief's promise came to."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from campaigns.errors import IllegalMove, InputError
from tasks import closing, decisions, runs, store
from tasks.gates.personal_numbers import personal_numbers
from tasks.ledger import load_decisions
from tasks.workplace import Workplace

GIVEN = "feedback_given"
NOT_ASKED_YET = frozenset({"preparing", "prepared", "approved", "scheduled"})
FEWEST_LETTERS = 40
MOST_LETTERS = 20_000


@dataclass(frozen=True)
class Told:
    """What was told, on which day; how many contributed and whether that changed the decision, where known."""

    text: str
    told_on: date
    contributions: int | None = None
    changed_decision: bool | None = None


def read_text(given: str) -> str:
    """Return the text itself, or what stands in the file that it names; raises InputError where that is no text."""
    path = Path(given)
    try:
        is_file = len(given) < 1000 and path.is_file()
        return (path.read_text(encoding="utf-8-sig") if is_file else given).strip()
    except (OSError, UnicodeDecodeError):
        raise InputError(
            "the file cannot be read as text", where=given, remedy="write it as plain text in UTF-8 and try again."
        ) from None


def give(workplace: Workplace, run: str, told: Told, actor: str) -> dict[str, Any]:
    """Keep what was told, in the decision log first; closes the run where nothing else is left. Returns its standing.

    The log has the SHA-256 of the text, the table the text. Raises InputError for a text that says nothing or holds a
    personal number, for a day to come or before the campaign; IllegalMove for a run that has not been sent.
    """
    known = runs.load(workplace, run)
    _require(known, told)
    digest = hashlib.sha256(told.text.encode()).hexdigest()
    detail = {"told_on": told.told_on.isoformat(), "text_sha256": digest, "changed_decision": told.changed_decision}
    decisions.record(workplace, GIVEN, actor=actor, run=known.run, detail=detail)
    with store.writing(workplace) as connection:
        load_decisions(connection, workplace)
        connection.execute(
            "INSERT INTO feedback SELECT $run, 1 + (SELECT count(*) FROM feedback WHERE run = $run), $told_on, "
            "$promised_by, $text, $digest, $contributions, $changed_decision, now()",
            {
                "run": known.run,
                "told_on": told.told_on,
                "promised_by": known.brief.feedback_by,
                "text": told.text,
                "digest": digest,
                "contributions": told.contributions,
                "changed_decision": told.changed_decision,
            },
        )
        store.keep_evidence(connection, workplace, known.run, ["feedback"])
        closing.close_within(connection, workplace, known.run)
        return standing_within(connection, known.run)


def standing(workplace: Workplace, run: str) -> dict[str, Any]:
    """Return ``run, state, promised_by, standing, days_late, told_on, told[{number, told_on, text}], still_to_do``."""
    known = runs.load(workplace, run)
    with store.writing(workplace) as connection:
        return standing_within(connection, known.run)


def standing_within(connection: duckdb.DuckDBPyConnection, run: str) -> dict[str, Any]:
    """Do the same over a connection that is already open; ``standing`` is kept, late, overdue or open."""
    known = runs.load_within(connection, run)
    rows = connection.execute(
        "SELECT number, told_on, text FROM feedback WHERE run = ? ORDER BY number", [run]
    ).fetchall()
    told_on = min((row[1] for row in rows), default=None)
    late = max(0, ((told_on or _today(known)) - known.brief.feedback_by).days)
    names = {(True, False): "kept", (True, True): "late", (False, True): "overdue", (False, False): "open"}
    return {
        "run": known.run,
        "state": known.state,
        "promised_by": known.brief.feedback_by.isoformat(),
        "standing": names[told_on is not None, late > 0],
        "days_late": late,
        "told_on": told_on and told_on.isoformat(),
        "told": [{"number": number, "told_on": day.isoformat(), "text": text} for number, day, text in rows],
        "still_to_do": closing.still_to_do(connection, run),
    }


def _today(run: runs.Run) -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(run.brief.schedule.time_zone)).date()


def _require(run: runs.Run, told: Told) -> None:
    if run.state in NOT_ASKED_YET:
        raise IllegalMove(
            f"run {run.run} is {run.state}: nobody has been asked yet",
            remedy="give the feedback once the campaign has been sent.",
        )
    start = run.brief.schedule.start.astimezone(ZoneInfo(run.brief.schedule.time_zone)).date()
    if not start <= told.told_on <= _today(run):
        raise InputError(
            f"{told.told_on} is not a day between the campaign's start ({start}) and today",
            where="--on",
            remedy="name the day on which people were told, as YYYY-MM-DD.",
        )
    if told.contributions is not None and told.contributions < 0:
        raise InputError("fewer than none cannot have contributed", where="--contributions", remedy="count again.")
    _require_telling(told.text)


def _require_telling(text: str) -> None:
    if not FEWEST_LETTERS <= len(text) <= MOST_LETTERS:
        raise InputError(
            f"the text has {len(text)} characters",
            where="--text",
            remedy=f"write what was heard and what was decided because of it, in {FEWEST_LETTERS} to {MOST_LETTERS} "
            "characters.",
        )
    if any(True for _ in personal_numbers(text)):
        raise InputError(
            "the text holds what looks like a personal number",
            where="--text",
            remedy="tell what was heard without saying who said it.",
        )
