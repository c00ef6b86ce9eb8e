"""Words of ours as SQL writes them: names of columns and tables, texts, and files."""

import glob
from pathlib import Path


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def one_file(path: Path) -> str:
    """Return a path as DuckDB's readers take it, so that ``*``, ``?`` and ``[`` in its name stand for no other files.

    They also make columns of folders that are named like ``year=2026``, unless ``hive_partitioning = false`` is said.
    """
    return glob.escape(str(path))


def literal(text: str) -> str:
    """Return a text as an SQL literal, such as a path, which COPY and ATTACH take no parameter for."""
    return "'" + text.replace("'", "''") + "'"
