"""What each look has said before: a rerun replaces the answer, and the former one stays here."""

import json

import duckdb

from tasks import store
from tasks.evaluation_record import Found, stored_evaluation
from tasks.workplace import Workplace

TIME = "evaluated_at"
WORDS = ("warnings", "summary", "now")
DECIMALS = 9


def keep(workplace: Workplace, run: str, look: int) -> bool:
    """Add the look's answer to ``evaluation_history`` unless it says what the newest one says; returns whether it did.

    The same figures in another language say the same.
    Raises OutcomesMissing where the look has not been evaluated.
    """
    answer = stored_evaluation(workplace, run, look)
    evaluated_at = answer.pop(TIME)
    text = json.dumps(answer, ensure_ascii=False, sort_keys=True)
    with store.writing(workplace) as connection:
        newest = _newest(connection, run, look)
        if newest is not None and _figures(newest) == _figures(text):
            return False
        connection.execute("INSERT INTO evaluation_history VALUES (?, ?, ?, ?)", [run, look, evaluated_at, text])
        store.keep_evidence(connection, workplace, run, ["evaluation_history"])
    return True


def _figures(answer: str) -> Found:
    """Return an answer without its words and the time, with so many decimals as do not hang on the order of a sum."""

    def without_words(told: Found) -> Found:
        return {name: value for name, value in told.items() if name not in WORDS}

    figures: Found = json.loads(
        answer, parse_float=lambda figure: round(float(figure), DECIMALS), object_hook=without_words
    )
    return figures


def _newest(connection: duckdb.DuckDBPyConnection, run: str, look: int) -> str | None:
    row = connection.execute(
        "SELECT answer::VARCHAR FROM evaluation_history WHERE run = ? AND look = ? ORDER BY evaluated_at DESC LIMIT 1",
        [run, look],
    ).fetchone()
    return row[0] if row else None
