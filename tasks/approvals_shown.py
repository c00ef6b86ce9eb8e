"""Who must approve a run, who has, and what they have read, by name, for the pages that staff read."""

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from campaigns.approval_matrix import Circumstances, later_roles, needed_roles
from campaigns.approvers import approvers, names_of
from campaigns.errors import BudkavleError
from tasks import decisions, refusals, runs
from tasks.approval_rows import circumstances
from tasks.workplace import Workplace


def shown_approvals(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run) -> list[dict[str, Any]]:
    """Return each needed role, why, who is asked, who has approved when and confirmed what, and who has refused.

    Ids stand where the directory has no name.
    """
    around, names = circumstances(connection, workplace, run), names_of(workplace.directory)
    granted = _granted(connection, run)
    refused = refusals.standing(decisions.read(workplace), run)
    shown = []
    for afterwards, roles in ((False, needed_roles(run.brief, around)), (True, later_roles(run.brief, around))):
        asked = _asked(workplace, run, around, afterwards)
        for role, why in roles.items():
            approved = [
                (names.get(who, who), at, points or []) for holder, who, at, _, points in granted if holder == role
            ]
            persons = [names.get(person, person) for holder, person in asked if holder == role]
            said_no = [
                (names.get(each.approver, each.approver), each.at, each.reason) for each in refused if each.role == role
            ]
            shown.append(
                {"role": role, "why": why, "persons": persons, "approved": approved, "afterwards": afterwards}
                | {"refused": said_no}
            )
    return shown


def confirmations(approvals: Iterable[Mapping[str, Any]]) -> list[tuple[tuple[str, ...], list[str]]]:
    """Return each point that was confirmed once, those that the same people have confirmed together, with their names.

    ``approvals`` is what :func:`shown_approvals` returns.
    """
    people: dict[str, dict[str, None]] = {}
    for name, _, points in (one for each in approvals for one in each["approved"]):
        for point in points:
            people.setdefault(point, {})[name] = None
    together: dict[tuple[str, ...], list[str]] = {}
    for point, names in people.items():
        together.setdefault(tuple(names), []).append(point)
    return list(together.items())


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


def _asked(workplace: Workplace, run: runs.Run, around: Circumstances, afterwards: bool) -> tuple[tuple[str, str], ...]:
    try:
        return approvers(run.brief, workplace.directory, around, afterwards=afterwards)
    except BudkavleError:
        return ()
