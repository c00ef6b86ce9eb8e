"""What the decision log says of approvals: who was asked to read what, when codes were mailed, which grants count."""

import contextlib
import fcntl
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from campaigns.brief import Brief
from campaigns.sendings import sendings
from tasks import decisions, runs
from tasks.decisions import Decision
from tasks.workplace import Workplace

VALID = timedelta(days=14)


@contextlib.contextmanager
def one_at_a_time(workplace: Workplace) -> Iterator[None]:
    """Let one code be checked and recorded at a time, whatever process or thread it comes from."""
    workplace.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (workplace.home / "approval.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def reviews_asked_for(logged: Iterable[Decision], run: runs.Run) -> set[str]:
    """Return the ids of the findings that had to be read when codes for today's content were mailed, from the log."""
    return {
        name
        for each in logged
        if each.run == run.run and each.action == "approval_requested" and each.detail["digest"] == run.digest
        for name in each.detail.get("reviews", ())
    }


def roles_asked(logged: Iterable[Decision], run: runs.Run) -> set[str]:
    """Return the roles that were mailed codes for today's content, also for a review afterwards, from the log."""
    return {
        who["role"]
        for each in logged
        if each.run == run.run and each.action == "approval_requested" and each.detail["digest"] == run.digest
        for who in each.detail["asked"]
    }


def mailed_at(workplace: Workplace, run: runs.Run) -> datetime | None:
    """Return when codes of a run were mailed last; None where none were, or all of them have been voided since."""
    last = None
    for each in decisions.read(workplace):
        if each.run == run.run and each.action in ("approval_requested", "approval_codes_voided"):
            last = each.at if each.action == "approval_requested" else None
    return last


def noted_end(brief: Brief) -> dict[str, str]:
    """Return what a grant notes where the control group is told later: the same approval must hold until then."""
    last = max((each.start for each in sendings(brief) if each.is_later), default=None)
    return {"until": (last + VALID).isoformat()} if last else {}


def end(given_at: datetime, detail: Mapping[str, Any]) -> datetime:
    """Return until when an approval holds, by its line of the log."""
    noted = detail.get("until")
    return max(given_at + VALID, datetime.fromisoformat(noted)) if noted else given_at + VALID


def supported(logged: Iterable[Decision], run: str) -> list[dict[str, Any]]:
    """Return the approvals of a run that count: given by the person who was asked, for that content, in time."""
    asked: dict[tuple[str, str, str], datetime] = {}
    granted: list[dict[str, Any]] = []
    for each in logged:
        if each.run == run and each.action == "approval_requested":
            asked |= {(each.detail["digest"], who["role"], who["approver"]): each.at for who in each.detail["asked"]}
        elif each.run == run and each.action == "approval_granted":
            named = {name: each.detail[name] for name in ("digest", "role", "approver", "reviewed")}
            named["confirmed"] = each.detail.get("confirmed", [])  # a former version kept no such points
            mailed = asked.get((named["digest"], named["role"], named["approver"]))
            if mailed and each.actor == named["approver"] and mailed <= each.at <= mailed + VALID:
                times = {"approved_at": each.at.isoformat(), "expires_at": end(each.at, each.detail).isoformat()}
                granted.append({**named, **times})
    return granted
