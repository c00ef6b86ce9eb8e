"""What leaves the analysts' desk: every view with the prefix ``report_`` as Parquet, few persons hidden, none named."""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from campaigns.errors import CheckFailed
from campaigns.period import Period
from tasks import store
from tasks.pages import write_page
from tasks.period_views import look_at
from tasks.sql_words import literal
from tasks.workplace import Workplace

VIEWS = """
SELECT view_name, comment FROM duckdb_views()
WHERE NOT internal AND schema_name = 'main' AND view_name LIKE 'report\\_%' ESCAPE '\\' ORDER BY view_name
"""
COLUMNS = "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index"
PERSONAL = ("person_key", "household_key", "address_key", "cluster_key", "unit_key", "subject_key", "message_id")


@dataclass(frozen=True)
class Export:
    """The folder and, by view, how many rows it got."""

    folder: Path
    rows: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return it as one JSON-ready object."""
        return {"folder": str(self.folder), "rows": self.rows}


def export(workplace: Workplace, folder: Path, period: Period | None = None) -> Export:
    """Write ``VIEW.parquet`` per report view and ``contents.json``, which says what each holds; from the snapshot.

    The views about a period follow it. Raises CheckFailed, before anything is written, for a view with a column that
    tells persons apart.
    """
    with store.reading(workplace) as connection:
        look_at(connection, period)
        views = connection.execute(VIEWS).fetchall()
        columns = {view: dict(connection.execute(COLUMNS, [view]).fetchall()) for view, _ in views}
        _refuse_personal(columns)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        rows = {view: _write(connection, view, folder / f"{view}.parquet") for view, _ in views}
    contents = {
        "made_at": datetime.now(UTC).isoformat(),
        "period": period.name if period else None,
        "views": {view: {"holds": told, "rows": rows[view], "columns": columns[view]} for view, told in views},
    }
    write_page(folder / "contents.json", json.dumps(contents, ensure_ascii=False, indent=1))
    return Export(folder, rows)


def _refuse_personal(columns: dict[str, dict[str, str]]) -> None:
    for view, names in columns.items():
        if found := sorted(set(names) & set(PERSONAL)):
            raise CheckFailed(
                f"the view {view} has {', '.join(found)}, which tells persons apart",
                where="export",
                remedy="leave the column out of the view: nothing was written.",
            )


def _write(connection: duckdb.DuckDBPyConnection, view: str, path: Path) -> int:
    draft = path.with_suffix(f".{os.getpid()}.draft")
    row = connection.execute(f'COPY (FROM "{view}") TO {literal(str(draft))} (FORMAT parquet)').fetchone()
    os.replace(draft, path)
    return int(row[0]) if row else 0
