"""The follow-up of the communication programme (F): every campaign of a period, by goal, body and group.

Everything stands in the views with the prefix ``report_``, which hide few persons; here they are put on one page, in
Parquet files beside it, and in an answer of plain values.
"""

import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from campaigns.period import Period
from tasks import store
from tasks.follow_up_page import write_follow_up_page
from tasks.follow_up_words import FollowUpWords
from tasks.period_views import look_at
from tasks.workplace import Workplace

Rows = list[dict[str, Any]]
TABLES = {
    "goals": "FROM report_goal",
    "costs": "FROM report_goal_cost",
    "measures": "FROM report_measure",
    "bodies": "FROM report_body",
    "challenges": "FROM report_challenge",
    "campaigns": "FROM report_period_campaign ORDER BY started_on, run",
    "feedback": "follow_up/feedback",
    "gates": "FROM report_gate_use",
    "overrides": "follow_up/overrides",
    "group_reach": "FROM report_group_reach",
    "lessons": "follow_up/lessons",
}


@dataclass(frozen=True)
class FollowUp:
    """What a follow-up found and wrote: rows by table, the page, the summary in words, one sentence per line."""

    period: Period
    tables: dict[str, Rows]
    page: Path
    summary: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as one JSON-ready object."""
        days = {"first_day": self.period.first_day.isoformat(), "last_day": self.period.last_day.isoformat()}
        plain = {name: [_plain(row) for row in rows] for name, rows in self.tables.items()}
        return {"period": self.period.name, **days, **plain, "summary": list(self.summary), "page": str(self.page)}


def follow_up(workplace: Workplace, period: Period, language: str = "", out: Path | None = None) -> FollowUp:
    """Write page and Parquet files of a period to ``out``, HOME/follow-up/PERIOD when left out; from the snapshot.

    Writing it again replaces each file whole.
    """
    language = language or workplace.language
    folder = (out or workplace.home / "follow-up" / period.name).absolute()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with store.reading(workplace) as connection:
        look_at(connection, period)
        connection.execute("SET VARIABLE reader_language = ?", [language])
        tables = {name: _rows(connection, query) for name, query in TABLES.items()}
        for name, query in TABLES.items():
            _write_parquet(connection, query, folder / f"{name}.parquet")
    words = FollowUpWords(language)
    page = write_follow_up_page(folder / "index.html", period, tables, words, written_in=workplace.language)
    return FollowUp(period, tables, page, tuple(words.summary(period, tables)))


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Rows:
    result = connection.execute(_sql(query))
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _write_parquet(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    draft = path.with_suffix(f".{os.getpid()}.draft")
    connection.execute(f"COPY ({_sql(query)}) TO '{str(draft).replace(chr(39), chr(39) * 2)}' (FORMAT parquet)")
    os.replace(draft, path)


def _sql(query: str) -> str:
    return query if " " in query else store.statement(query)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date | datetime) else value for name, value in row.items()}
