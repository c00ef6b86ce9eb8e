"""The views and the programme's rows, made anew wherever their text is another than when they were last made."""

import hashlib
from functools import cache
from pathlib import Path

import duckdb

from campaigns.programme import PROGRAMME, load_programme

SQL = Path(__file__).parent / "sql"
FILES = ("views", "report_views", "goal_views")


@cache
def text() -> str:
    """Return every view as SQL text, in the order that they are made."""
    return "\n".join((SQL / f"{name}.sql").read_text(encoding="utf-8") for name in FILES)


def renew(connection: duckdb.DuckDBPyConnection) -> None:
    """Make views and rows anew in a database that was opened with another text; otherwise nothing."""
    if connection.execute("SELECT sha256 FROM schema_view").fetchall() == [(digest(),)]:
        return
    connection.execute("BEGIN")
    connection.execute(text())
    _fill_programme(connection)
    connection.execute("DELETE FROM schema_view")
    connection.execute("INSERT INTO schema_view VALUES (?)", [digest()])
    connection.execute("COMMIT")


@cache
def digest() -> str:
    """Return the SHA-256 of the views' text and of the programme, hexadecimal."""
    return hashlib.sha256(text().encode() + PROGRAMME.read_bytes()).hexdigest()


def _fill_programme(connection: duckdb.DuckDBPyConnection) -> None:
    programme = load_programme()
    kinds = {"department": "committee", "company": "company"}
    rows: dict[str, list[list[str | None]]] = {
        "programme_goal": [[goal.id, goal.sv, goal.en] for goal in programme.goals],
        "programme_challenge": [[challenge.id, challenge.sv, challenge.en] for challenge in programme.challenges],
        "programme_body": [[body.name, body.department, kinds[body.kind]] for body in programme.bodies],
    }
    for table, values in rows.items():
        connection.execute(f'DELETE FROM "{table}"')
        columns = [list(column) for column in zip(*values, strict=True)]
        connection.execute(f'INSERT INTO "{table}" SELECT unnest(?), unnest(?), unnest(?)', columns)
