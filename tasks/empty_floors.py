"""Floors for groups that nobody belongs to: usually a misspelt value, told once the plan has been made."""

import duckdb

from campaigns.brief_meant import hint
from tasks import runs, store
from tasks.disclosure import SMALLEST_CELL
from tasks.workplace import Workplace

QUERY = "SELECT floor_group FROM plan_floor WHERE run = ? AND addressable = 0 ORDER BY floor_group"
VALUES = "SELECT traits[?] AS value FROM read_parquet(?) WHERE value <> '' GROUP BY value HAVING count(*) >= ?"
LANGUAGES = "SELECT language FROM audience WHERE run = ? GROUP BY language HAVING count(*) >= ?"


def warnings_of(workplace: Workplace, run: str) -> list[str]:
    """Return a sentence for each floor of the plan whose group is empty, with the value that may be meant."""
    with store.writing(workplace) as connection:
        this = runs.load_within(connection, run)
        answers = sorted(str(file) for file in workplace.run_folder(this.run, "answers").glob("*.parquet"))
        groups = [group for (group,) in connection.execute(QUERY, [this.run]).fetchall()]
        return [_warning(group, _values(connection, this.run, answers, group.partition("=")[0])) for group in groups]


def _values(connection: duckdb.DuckDBPyConnection, run: str, answers: list[str], column: str) -> list[str]:
    """Return the values of a floor's column that ten persons or more have."""
    if column == "language":
        found = connection.execute(LANGUAGES, [run, SMALLEST_CELL])
    elif answers:
        found = connection.execute(VALUES, [column, answers, SMALLEST_CELL])
    else:
        return []
    return sorted(value for (value,) in found.fetchall())


def _warning(group: str, values: list[str]) -> str:
    value = group.partition("=")[2]
    known = f" The audience has {', '.join(values)}." if values else ""
    return (
        f"floors: nobody who may be contacted belongs to the group {group}, so that floor asks for nothing. "
        f"{hint(value, values)}".rstrip()
        + known
    )
