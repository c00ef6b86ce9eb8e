"""The lessons of a look as a reader is told them, in the reader's language."""

import duckdb


def told_lessons(connection: duckdb.DuckDBPyConnection, run: str, look: int, language: str) -> list[str]:
    """Return the sentences in order; those drawn before every language was kept are in that of their time."""
    rows = connection.execute(
        "SELECT coalesce(words[$language], lesson) FROM lesson WHERE run = $run AND look = $look ORDER BY rowid",
        {"run": run, "look": look, "language": language},
    ).fetchall()
    return [lesson for (lesson,) in rows]
