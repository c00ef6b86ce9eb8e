"""docs/data.md, printed from the comments that stand in the schema itself."""

import sys

import duckdb

from tasks import store, views

HEAD = """# Tables and columns

Printed by `make docs` from the comments in the schema; a test fails when this page and the schema differ.
Analysts read the snapshot (`budkavle query`, or open `snapshot.duckdb` read-only): it holds every table below but the
private ones, and every view. Times are instants with time zone; money is kronor; keys are pseudonyms.
"""
TABLES = """
SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY table_name
"""
VIEWS = """
SELECT view_name, comment FROM duckdb_views() WHERE NOT internal AND schema_name = 'main' ORDER BY view_name
"""
COLUMNS = """
SELECT
    column_name, data_type,
    coalesce(comment, (
        SELECT min(other.comment) FROM duckdb_columns() AS other
        WHERE other.column_name = mine.column_name AND other.schema_name = 'main'
    ))
FROM duckdb_columns() AS mine
WHERE schema_name = 'main' AND table_name = ? ORDER BY column_index
"""


def page() -> str:
    """Return the page as Markdown."""
    with duckdb.connect() as connection:
        for path in sorted((store.SQL / "migrations").glob("*.sql")):
            connection.execute(path.read_text(encoding="utf-8"))
        connection.execute(views.text())
        parts = [HEAD]
        for title, query in (("Tables", TABLES), ("Views", VIEWS)):
            parts.append(f"\n## {title}\n")
            parts += [_part(connection, name, meaning) for name, meaning in connection.execute(query).fetchall()]
    return "".join(parts)


def _part(connection: duckdb.DuckDBPyConnection, name: str, meaning: str | None) -> str:
    rows = connection.execute(COLUMNS, [name]).fetchall()
    lines = [f"| `{column}` | {kind} | {comment or ''} |" for column, kind, comment in rows]
    return "\n".join(
        [f"\n### {name}\n\n{meaning or ''}\n\n| column | type | meaning and unit |\n|---|---|---|", *lines, ""]
    )


if __name__ == "__main__":
    sys.stdout.write(page())
