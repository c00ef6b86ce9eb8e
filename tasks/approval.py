"""Approval: a one-time code by mail for each needed role, bound to the digest; author and approver are two persons.

The code exists in clear only in the approver's letter. What was granted is written to the decision log before the
table, and the table is brought up to the log wherever a crash came between.
"""

import getpass
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from campaigns.approval_matrix import missing_roles, needed_roles
from campaigns.approvers import approvers, load_directory, require_may_approve
from campaigns.errors import ApprovalPending, ApprovalRefused, ContentChanged, IllegalMove, InputError
from tasks import approval_rows, decisions, digest, runs, store
from tasks.approval_letter import compose, matter
from tasks.approval_mail import Request, Review, deliver
from tasks.approval_rows import EXPIRED, GRANTED, PENDING, VALID, Asked
from tasks.findings import examined, readings
from tasks.gate_subjects import stored_subjects
from tasks.gates import GateSubject
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
        share = approval_rows.audience_share(connection, known.run)
    expires_at = datetime.now(UTC) + VALID
    requests = [
        Request(role, person, approval_rows.new_code(), expires_at, afterwards)
        for role, person, afterwards in _to_ask(workplace, known, share)
        if role not in granted and (role, person) not in pending
    ]
    if requests:
        _mail(workplace, known, requests)
        approval_rows.keep_requests(workplace, known, requests, actor or _account())
    return tuple(dict.fromkeys(each.approver for each in requests))


def grant(workplace: Workplace, run: str, code: str, reviewed: Sequence[str] = (), actor: str = "") -> Approval:
    """Take a code for an approval; moves the run to ``approved`` once every needed role has approved.

    Raises ApprovalRefused (wrong, used or expired code, a person who may not approve, findings not reviewed) and
    ContentChanged (what the code was mailed for is not what stands there today).
    """
    actor = actor or _account()
    with store.writing(workplace) as connection:
        known = _prepared(connection, workplace, run, afterwards=True)
        asked = approval_rows.asked(connection, workplace, known.run, code)
        reviews = approval_rows.reviews(connection, known.run)
        granted = approval_rows.persons(connection, known, GRANTED)
        needed = needed_roles(known.brief, approval_rows.audience_share(connection, known.run))
    if asked is None:
        raise _wrong_code(workplace, known, actor)
    _require_acceptable(workplace, known, asked, actor)
    _require_second_person(known, needed, granted, asked)
    if known.state not in runs.SENT:
        digest.require_unchanged(workplace, known.run)
    accepted = _require_reviewed(known, reviews, reviewed)
    detail = {"digest": asked.digest, "role": asked.role, "approver": asked.approver, "reviewed": accepted}
    decision = decisions.record(
        workplace, "approval_granted", actor=asked.approver, run=known.run, detail={**detail, "account": actor}
    )
    with store.writing(workplace) as connection:
        _prepared(connection, workplace, known.run, afterwards=True)
        missing = approval_rows.missing(connection, known)
    return Approval(
        known.run, asked.digest, asked.role, asked.approver, decision.at, decision.at + VALID, tuple(accepted), missing
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


def _prepared(
    connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str, *, afterwards: bool = False
) -> runs.Run:
    """Load a run that can be approved, bring its table up to the log and its state up to the table.

    ``afterwards``: a run that has been sent will do too, where somebody reviews it afterwards.
    """
    known = runs.load_within(connection, run)
    later = afterwards and known.state in runs.SENT and bool(approval_rows.due_reviews(connection, known))
    if known.digest is None or not (later or known.state in WAITS_FOR_APPROVAL):
        raise IllegalMove(
            f"run {known.run} is {known.state}: there is nothing to approve",
            remedy=f"run `budkavle prepare {known.campaign}` to its end first.",
        )
    approval_rows.settle(connection, workplace, known.run)
    if known.state == "prepared" and not approval_rows.missing(connection, known):
        runs.move_within(connection, workplace, known.run, "approved")
    return known


def _to_ask(workplace: Workplace, run: runs.Run, share: float) -> list[tuple[str, str, bool]]:
    """Return (role, person, afterwards) of everyone who is asked; that nobody can review afterwards blocks nothing."""
    asked = [(role, person, False) for role, person in approvers(run.brief, workplace.directory, share)]
    try:
        later = approvers(run.brief, workplace.directory, share, afterwards=True)
    except InputError:
        later = ()
    return [*asked, *((role, person, True) for role, person in later)]


def _mail(workplace: Workplace, run: runs.Run, requests: Sequence[Request]) -> None:
    people = load_directory(workplace.directory).persons
    with store.writing(workplace) as connection:
        told = matter(connection, workplace, run)
        reviews = approval_rows.reviews(connection, run.run)
        subjects = stored_subjects(connection, run, reader=workplace.language) if reviews else ()
    reviews = _in_words(run, reviews, subjects)
    deliver(
        workplace,
        [(each.approver, compose(workplace, run, each, people[each.approver], reviews, told)) for each in requests],
    )


def _in_words(run: runs.Run, reviews: Sequence[Review], subjects: Sequence[GateSubject]) -> list[Review]:
    """Return the findings with what the gates say of them in the reader's language."""
    found = {each.id: each for each in readings(examined(subjects, run))}
    return [
        Review(each.id, " ".join(found[each.id].messages), found[each.id].findings[0].remedy, found[each.id].sentence)
        if each.id in found
        else each
        for each in reviews
    ]


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


def _require_second_person(
    run: runs.Run, needed: Collection[str], granted: Collection[tuple[str, str]], asked: Asked
) -> None:
    """Refuse the approval by which one person alone would fill every needed role."""
    after = {*granted, (asked.role, asked.approver)}
    if {role for role, _ in after}.issuperset(needed) and missing_roles(needed, after, run.brief.communicator):
        raise ApprovalRefused(
            f"{asked.approver} has given the other approvals, and one person alone is not enough",
            where=f"run {run.run}",
            remedy=f"let another person who holds the role {asked.role!r} use the code that they were mailed.",
        )


def _require_reviewed(run: runs.Run, reviews: Sequence[Review], reviewed: Sequence[str]) -> list[str]:
    """Return the ids of what was read; a bare gate will do where it has one finding."""
    ids = [review.id for review in reviews]
    gates = [name.partition(":")[0] for name in ids]
    known = {gate: name for name, gate in zip(ids, gates, strict=True) if gates.count(gate) == 1} | {
        name: name for name in ids
    }
    read = {known[name] for name in reviewed if name in known}
    if strange := [name for name in reviewed if name not in known]:
        raise ApprovalRefused(
            f"there is no finding to review called {', '.join(strange)}",
            where=f"run {run.run}",
            remedy="the preview names them: " + (", ".join(ids) or "nothing has to be reviewed") + ".",
        )
    if unread := [review for review in reviews if review.id not in read]:
        raise ApprovalRefused(
            "findings that a person must read have not been reviewed: "
            + "; ".join(f"{review.id} ({review.message})" for review in unread),
            where=f"run {run.run}",
            remedy="read them in the preview, then approve with "
            + " ".join(f"--reviewed {each.id}" for each in unread),
        )
    return ids


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
