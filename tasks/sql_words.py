"""Words of ours as SQL writes them: names of columns and tables, and texts."""


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal, such as a path, which COPY and ATTACH take no parameter for."""
    return "'" + text.replace("'", "''") + "'"
