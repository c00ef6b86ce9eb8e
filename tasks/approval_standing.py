"""Which approvals a run has and lacks, from whom, and the command that comes next: what ``status`` tells."""

from dataclasses import replace
from typing import Any

import duckdb

from campaigns.approval_matrix import needed_roles
from campaigns.errors import BudkavleError
from tasks import approval_rows, decisions, refusals, runs
from tasks.approval_rows import PENDING
from tasks.workplace import Workplace

BEFORE_SENDING = frozenset({"prepared", "approved", "scheduled", "publishing", "paused"})


def standing(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run) -> dict[str, Any]:
    """Return roles ``missing``, each with why, whose code waits and who is asked, and who ``refused`` and why.

    Empty where nothing is to be approved. Persons are ids of the directory. Reads the table as it stands: what a crash
    left in the log alone is told by the next command that approves or sends.
    """
    if run.state not in BEFORE_SENDING or run.digest is None:
        return {}
    needed = needed_roles(run.brief, approval_rows.circumstances(connection, workplace, run))
    try:
        missing = approval_rows.missing(connection, workplace, run)
    except BudkavleError as error:
        return {"missing": [], "refused": [], "problem": str(error)}
    waiting = approval_rows.persons(connection, run, PENDING)
    said_no = refusals.standing(decisions.read(workplace), run)
    return {
        "missing": [
            {"role": role, "why": needed[role], "asked": sorted(person for held, person in waiting if held == role)}
            for role in missing
        ],
        "refused": [
            {"role": each.role, "approver": each.approver, "reason": each.reason, "at": each.at.isoformat()}
            for each in said_no
        ],
    }


def next_step(run: runs.Run, approvals: dict[str, Any], *, looks_done: bool = False, held: bool = False) -> str:
    """Return what comes next in a sentence that ends with the command to type; ``held``: it is paused."""
    if held and run.state in BEFORE_SENDING:
        after = next_step(replace(run, state="publishing"), approvals)
        return f"when what is wrong has been mended: budkavle resume {run.run}; then {after}"
    if run.state == "evaluating" and looks_done:
        return f"tell back what was heard: budkavle feedback {run.run} --text FILE"
    if approvals.get("refused"):
        return f"change the campaign, then: budkavle prepare {run.campaign}"
    if missing := approvals.get("missing"):
        if all(each["asked"] for each in missing):
            return f"each approver, with the code from the letter: budkavle approve {run.run} --code CODE"
        return f"mail the codes that are missing or have expired: budkavle run {run.run}"
    steps = {
        "preparing": f"prepare it to its end: budkavle prepare {run.campaign}",
        "paused": f"when what is wrong has been mended: budkavle resume {run.run}; then budkavle run {run.run}",
        "published": f"with outcomes: budkavle outcomes import {run.run} FILE, then budkavle evaluate {run.run}",
        "evaluating": f"at the next look: budkavle evaluate {run.run}",
        "closed": "nothing is left to do",
        "stopped": "nothing more is sent; to send it after all, give the brief a new `edition`",
    }
    return steps.get(run.state, f"send, or go on sending: budkavle run {run.run}")
