"""Approval: a one-time code by mail for each needed role, bound to the digest; author and approver are two persons.

The code exists in clear only in the approver's letter. What was granted is written to the decision log before the
table, and the table is brought up to the log wherever a crash came between.
"""

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from campaigns.approvers import approvers, load_directory, require_may_approve
from campaigns.errors import ApprovalPending, ApprovalRefused, ContentChanged, IllegalMove
from tasks import approval_rows, decisions, digest, runs, store
from tasks.approval_mail import Request, Review, compose, deliver
from tasks.approval_rows import EXPIRED, GRANTED, PENDING, VALID, Asked
from tasks.workplace import Workplace

WAITS_FOR_APPROVAL = frozenset({"prepared", "approved", "scheduled", "publishing", "paused"})


@dataclass(frozen=True)
class Approval:
    """What one grant gave; ``missing`` names the roles that have still not approved."""

    run: str
    digest: str
    role: str
    approver: str
    approved_at: datetime
    expires_at: datetime
    reviewed: tuple[str, ...]
    missing: tuple[str, ...]


def request(workplace: Workplace, run: str, *, resend: bool = False, actor: str = "") -> tuple[str, ...]:
    """Mail a code to each approver who has none that is valid; returns the ids of those who were mailed.

    ``resend`` mails new codes to everyone who has not approved. Nothing is stored unless every letter was taken.
    """
    with store.writing(workplace) as connection:
        known = _prepared(connection, workplace, run)
        granted = approval_rows.roles(connection, known, GRANTED)
        pending = set() if resend else approval_rows.persons(connection, known, PENDING)
        reviews = approval_rows.reviews(connection, known.run)
    expires_at = datetime.now(UTC) + VALID
    requests = [
        Request(role, person, approval_rows.new_code(), expires_at)
        for role, person in approvers(known.brief, workplace.directory)
        if role not in granted and (role, person) not in pending
    ]
    if requests:
        _mail(workplace, known, requests, reviews)
        approval_rows.keep_requests(workplace, known, requests, actor or _account())
    return tuple(dict.fromkeys(each.approver for each in requests))


def grant(workplace: Workplace, run: str, code: str, reviewed: Sequence[str] = (), actor: str = "") -> Approval:
    """Take a code for an approval; moves the run to ``approved`` once every needed role has approved.

    Raises ApprovalRefused (wrong, used or expired code, a person who may not approve, findings not reviewed) and
    ContentChanged (what the code was mailed for is not what stands there today).
    """
    actor = actor or _account()
    with store.writing(workplace) as connection:
        known = _prepared(connection, workplace, run)
        asked = approval_rows.asked(connection, workplace, known.run, code)
        gates = sorted({review.gate for review in approval_rows.reviews(connection, known.run)})
    if asked is None:
        raise _wrong_code(workplace, known, actor)
    _require_acceptable(workplace, known, asked, actor)
    digest.require_unchanged(workplace, known.run)
    _require_reviewed(known, gates, reviewed)
    detail = {"digest": asked.digest, "role": asked.role, "approver": asked.approver, "reviewed": gates}
    decision = decisions.record(
        workplace, "approval_granted", actor=asked.approver, run=known.run, detail={**detail, "account": actor}
    )
    with store.writing(workplace) as connection:
        _prepared(connection, workplace, known.run)
        missing = approval_rows.missing(connection, known)
    return Approval(
        known.run, asked.digest, asked.role, asked.approver, decision.at, decision.at + VALID, tuple(gates), missing
    )


def require_approval(workplace: Workplace, run: str) -> None:
    """Return only when every needed role has approved exactly today's content and no approval has expired.

    Raises ContentChanged, ApprovalPending (names the roles) or ApprovalRefused (an approval or a code has expired).
    A run that has been published needs no further approval.
    """
    with store.writing(workplace) as connection:
        known = runs.load_within(connection, run)
        if known.state in runs.SENT:
            return
        known = _prepared(connection, workplace, known.run)
        missing = approval_rows.missing(connection, known)
        expired = approval_rows.roles(connection, known, EXPIRED) - approval_rows.roles(connection, known, PENDING)
    digest.require_unchanged(workplace, known.run)
    if late := [role for role in missing if role in expired]:
        raise ApprovalRefused(
            f"the approval as {', '.join(late)} has expired: code and approval hold for {VALID.days} days",
            where=f"run {known.run}",
            remedy=_ask_again(known),
        )
    if missing:
        raise ApprovalPending(
            f"approval is missing from: {', '.join(missing)}",
            where=f"run {known.run}",
            remedy=f"the approver runs `budkavle approve {known.run} --code CODE` with the code from the letter.",
        )


def _prepared(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str) -> runs.Run:
    """Load a run that can be approved, bring its table up to the log and its state up to the table."""
    known = runs.load_within(connection, run)
    if known.digest is None or known.state not in WAITS_FOR_APPROVAL:
        raise IllegalMove(
            f"run {known.run} is {known.state}: there is nothing to approve",
            remedy=f"run `budkavle prepare {known.campaign}` to its end first.",
        )
    approval_rows.settle(connection, workplace, known.run)
    if known.state == "prepared" and not approval_rows.missing(connection, known):
        runs.move_within(connection, workplace, known.run, "approved")
    return known


def _mail(workplace: Workplace, run: runs.Run, requests: Sequence[Request], reviews: Sequence[Review]) -> None:
    people = load_directory(workplace.directory).persons
    deliver(
        workplace,
        [(each.approver, compose(workplace, run, each, people[each.approver], reviews)) for each in requests],
    )


def _require_acceptable(workplace: Workplace, run: runs.Run, asked: Asked, actor: str) -> None:
    where = f"run {run.run}"
    if asked.approved:
        raise ApprovalRefused("this code has been used; the approval it gave stands", where=where)
    if asked.digest != run.digest:
        raise ContentChanged("the content has changed since this code was mailed", where=where, remedy=_ask_again(run))
    if asked.expires_at <= datetime.now(UTC):
        raise ApprovalRefused("the code has expired", where=where, remedy=_ask_again(run))
    require_may_approve(run.brief, load_directory(workplace.directory), asked.role, asked.approver)
    if actor == run.brief.communicator:
        raise ApprovalRefused(
            f"{actor} is the campaign's communicator and cannot use another person's code (P3c)",
            where=where,
            remedy="the person who was mailed the code uses it.",
        )


def _require_reviewed(run: runs.Run, gates: Sequence[str], reviewed: Sequence[str]) -> None:
    if unread := [gate for gate in gates if gate not in reviewed]:
        raise ApprovalRefused(
            f"findings that a person must read have not been reviewed: {', '.join(unread)}",
            where=f"run {run.run}",
            remedy="read them in the preview, then approve with " + " ".join(f"--reviewed {gate}" for gate in unread),
        )


def _wrong_code(workplace: Workplace, run: runs.Run, actor: str) -> ApprovalRefused:
    left = approval_rows.count_wrong_code(workplace, run.run, actor)
    if left > 0:
        return ApprovalRefused(
            "the code is wrong", where=f"run {run.run}", remedy=f"copy it from the letter; {left} attempts are left."
        )
    return ApprovalRefused(
        "the code is wrong, and so many have been that every waiting code is void",
        where=f"run {run.run}",
        remedy=_ask_again(run),
    )


def _ask_again(run: runs.Run) -> str:
    return f"run `budkavle run {run.run}`: whoever still has to approve is mailed a new code."


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown account"
