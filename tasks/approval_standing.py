"""Which approvals a run has and lacks, and from whom: what ``status`` tells."""

from datetime import UTC, datetime
from typing import Any

import duckdb

from campaigns.approval_matrix import needed_roles
from campaigns.approvers import load_directory
from campaigns.errors import BudkavleError
from tasks import approval_rows, decisions, refusals, runs
from tasks.approval_rows import GRANTED, PENDING
from tasks.workplace import Workplace

BEFORE_SENDING = frozenset({"prepared", "approved", "scheduled", "publishing", "paused"})


def standing(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run) -> dict[str, Any]:
    """Return roles ``given`` (who, when), ``missing`` (why, who is asked and has a code), and who ``refused`` and why.

    Empty where nothing is to be approved. Persons are ids of the directory. Reads the table as it stands: what a crash
    left in the log alone is told by the next command that approves or sends.
    """
    if run.state not in BEFORE_SENDING or run.digest is None:
        return {}
    needed = needed_roles(run.brief, approval_rows.circumstances(connection, workplace, run))
    try:
        missing = approval_rows.missing(connection, workplace, run)
    except BudkavleError as error:
        return {"given": [], "missing": [], "refused": [], "problem": str(error)}
    waiting = approval_rows.persons(connection, run, PENDING)
    said_no = refusals.standing(decisions.read(workplace), run)
    return {
        "given": _given(connection, workplace, run),
        "missing": [
            {"role": role, "why": needed[role], "asked": sorted(person for held, person in waiting if held == role)}
            for role in missing
        ],
        "refused": [
            {"role": each.role, "approver": each.approver, "reason": each.reason, "at": each.at.isoformat()}
            for each in said_no
        ],
    }


def _given(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run) -> list[dict[str, str]]:
    """Return the approvals of today's content that hold, the oldest first."""
    holding, directory = approval_rows.granted(connection, workplace, run)[0], load_directory(workplace.directory)
    query = f"SELECT role, approver, approved_at FROM approval WHERE run = ? AND digest = ? AND {GRANTED} ORDER BY 3, 1"
    rows = connection.execute(query, [run.run, run.digest, datetime.now(UTC)]).fetchall()
    return [
        {"role": role, "approver": person, "at": at.isoformat()}
        for role, person, at in rows
        if (role, directory.one(person)) in holding
    ]
