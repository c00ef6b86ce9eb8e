"""Who must approve a run, who has, and what they have read, by name, for the pages that staff read."""

from typing import Any

import duckdb

from campaigns.approval_matrix import later_roles, needed_roles
from campaigns.approvers import approvers, names_of
from campaigns.errors import BudkavleError
from tasks import runs
from tasks.approval_rows import audience_share
from tasks.workplace import Workplace


def shown_approvals(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run) -> list[dict[str, Any]]:
    """Return each needed role, why, who is asked, and who has approved when and confirmed what.

    Ids stand where the directory has no name.
    """
    share, names = audience_share(connection, run.run), names_of(workplace.directory)
    granted = _granted(connection, run)
    shown = []
    for afterwards, roles in ((False, needed_roles(run.brief, share)), (True, later_roles(run.brief, share))):
        asked = _asked(workplace, run, share, afterwards)
        for role, why in roles.items():
            approved = [
                (names.get(who, who), at, points or []) for holder, who, at, _, points in granted if holder == role
            ]
            persons = [names.get(person, person) for holder, person in asked if holder == role]
            shown.append({"role": role, "why": why, "persons": persons, "approved": approved, "afterwards": afterwards})
    return shown


def accepted_readings(
    connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run
) -> dict[str, list[str]]:
    """Return the names of those who have read and accepted each finding of kind H, by its id."""
    names, accepted = names_of(workplace.directory), dict[str, list[str]]()
    for _, who, _, reviewed, _ in _granted(connection, run):
        for finding in reviewed or ():
            accepted.setdefault(finding, []).append(names.get(who, who))
    return {finding: list(dict.fromkeys(people)) for finding, people in accepted.items()}


def _granted(connection: duckdb.DuckDBPyConnection, run: runs.Run) -> list[tuple[Any, ...]]:
    query = (
        "SELECT role, approver, approved_at, reviewed, confirmed FROM approval "
        "WHERE run = ? AND digest = ? AND approved_at IS NOT NULL ORDER BY approved_at"
    )
    return connection.execute(query, [run.run, run.digest]).fetchall()


def _asked(workplace: Workplace, run: runs.Run, share: float, afterwards: bool) -> tuple[tuple[str, str], ...]:
    try:
        return approvers(run.brief, workplace.directory, share, afterwards=afterwards)
    except BudkavleError:
        return ()
