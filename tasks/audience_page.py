"""The audience page: who the campaign is for, how they can be reached, who is left out and why, who else meets them.

Made from the protected tables alone, so it can show nothing that they hide; nothing on it runs and nothing is fetched.
"""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from campaigns.programme import load_programme
from tasks import later_group, later_words, runs, store
from tasks.audience_words import DIMENSIONS, AudienceWords
from tasks.local_time import today
from tasks.pages import page_environment, write_page
from tasks.preview_words import Words
from tasks.shown_design import shown_design
from tasks.workplace import Workplace

AGES = ("0-17", "18-29", "30-44", "45-64", "65-79", "80-", "unknown")
COLUMNS = "dimension, value, persons, share, city_persons, city_share, missed_before_share"


def write_audience_page(workplace: Workplace, run: str) -> Path:
    """Write ``runs/RUN/preview/audience.html`` from the snapshot and return its path."""
    with store.reading(workplace) as connection:
        this = runs.load_within(connection, run)
        text = (
            page_environment(workplace.language)
            .get_template("audience.html.j2")
            .render(
                run=this,
                brief=this.brief,
                design=shown_design(connection, this),
                words=AudienceWords(workplace.language, this.brief.labels),
                preview_words=Words(workplace.language),
                budget=load_programme().contact_budget,
                registers=_registers(connection, this),
                later=later_words.sentences(later_group.told_later(connection, this), this, workplace.language),
                waves=[wave for name in this.brief.waves if (wave := _wave(connection, this.run, name.name))],
            )
        )
    return write_page(workplace.run_folder(this.run, "preview") / "audience.html", text)


def _registers(connection: duckdb.DuckDBPyConnection, run: runs.Run) -> list[dict[str, Any]]:
    """Return each register of the legal bases with the date and age of its extract, in days, and the age allowed."""
    kinds = list(dict.fromkeys(basis.register_ for basis in run.brief.legal_basis))
    dates = dict(connection.execute("SELECT kind, extracted_on FROM register_extract").fetchall())
    return [_register(kind, dates.get(kind)) for kind in kinds]


def _register(kind: str, extracted_on: date | None) -> dict[str, Any]:
    days = (today() - extracted_on).days if extracted_on else None
    allowed = load_programme().extract_days.get(kind)
    return {
        "kind": kind,
        "extracted_on": extracted_on,
        "days": days,
        "allowed": allowed,
        "too_old": days is not None and allowed is not None and days > allowed,
    }


def _wave(connection: duckdb.DuckDBPyConnection, run: str, wave: str) -> dict[str, Any] | None:
    rows = _dicts(connection, f"SELECT {COLUMNS} FROM audience_profile WHERE run = ? AND wave = ?", [run, wave])
    if not rows:
        return None
    standing = [row for row in rows if row["dimension"] == "standing"]
    everybody = next((row for row in rows if row["dimension"] == "everybody"), None)
    overlaps = _dicts(
        connection,
        "SELECT title, sender, starts_at, persons, share FROM audience_overlap WHERE run = ? AND wave = ? "
        "ORDER BY starts_at, other_run, other_wave",
        [run, wave],
    )
    tables = [_table(name, [row for row in rows if row["dimension"] == name]) for name in DIMENSIONS]
    return {
        "wave": wave,
        "standings": [row for row in standing if row["value"] != "selected"],
        "selected": next(row for row in standing if row["value"] == "selected"),
        "everybody": everybody,
        "tables": [table for table in tables if table],
        "overlaps": overlaps,
    }


def _table(dimension: str, rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return one dimension with its largest groups first, ages in order; None where it tells nobody apart."""
    if len(rows) < 2 and dimension != "reachability":
        return None
    if dimension == "age":
        rows = sorted(rows, key=lambda row: AGES.index(row["value"]))
    else:
        rows = sorted(rows, key=lambda row: (-(row["persons"] or 0), -(row["city_persons"] or 0), row["value"]))
    return {
        "dimension": dimension,
        "rows": rows,
        "city": any(row["city_share"] is not None for row in rows),
        "missed": any(row["missed_before_share"] is not None for row in rows),
    }


def _dicts(connection: duckdb.DuckDBPyConnection, query: str, values: list[str]) -> list[dict[str, Any]]:
    result = connection.execute(query, values)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
