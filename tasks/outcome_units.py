"""How the units of a file of outcomes are named, told where a file names one that the run does not know."""

import duckdb

from tasks import store

NOT_KNOWN = frozenset({"unit_not_in_audience", "unit_not_valid"})
"""Reasons for rejecting a row that ask which units are expected."""
MOST_NAMES = 20
EXPECTED = {
    "person": "personal_number is that of somebody in the audience, as in the column `personal_number` of the register "
    "files that were imported, YYYYMMDDNNNN",
    "household": "household_id is the register's own number of a household in the audience, as in the column "
    "`household_id` of the register files that were imported; where they have none, observe by personal_number",
    "area": "area is a district or the three first digits of a postcode, and unit a unit of the employees, as in the "
    "columns `district`, `postcode` and `unit` of the register files that were imported",
}


def expected_units(connection: duckdb.DuckDBPyConnection, run: str, unit: str) -> str:
    """Return how a file names units of a kind (person, household or area), and where their names are found.

    Areas are named, those of at least ten persons of the audience; persons and households never are.
    """
    told = f"{EXPECTED[unit]} (docs/registers.md)"
    if unit != "area":
        return told
    rows = connection.execute(store.statement("outcomes/known_areas"), {"run": run}).fetchall()
    names = [name for (name,) in rows]
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{told}; in the audience: {', '.join(names[:MOST_NAMES])}{more}" if names else told
