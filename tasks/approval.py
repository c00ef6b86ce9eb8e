"""Approval: a one-time code by mail for each needed role, bound to the digest; author and approver are two persons.

The code exists in clear only in the approver's letter. What was granted is written to the decision log before the
table, and the table is brought up to the log wherever a crash came between.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import duckdb

from campaigns.approval_matrix import needed_roles
from campaigns.errors import ApprovalPending, ApprovalRefused
from tasks import approval_log, approval_rows, checklist, decisions, digest, refusals, runs, store, stories
from tasks.acting import acting_account
from tasks.approval_log import VALID
from tasks.approval_requests import mail, to_ask
from tasks.approval_rows import EXPIRED, PENDING
from tasks.approval_rules import (
    ask_again,
    nothing_to_approve,
    require_acceptable,
    require_kept,
    require_reviewed,
    require_second_person,
    require_turn,
    wrong_code,
)
from tasks.refusals import Refusal
from tasks.workplace import Workplace

WAITS_FOR_APPROVAL = frozenset({"prepared", "approved", "scheduled", "publishing", "paused"})


@dataclass(frozen=True)
class Approval:
    """What one grant gave; ``missing`` names the roles that have still not approved.

    ``confirmed``: the points of the letter's checklist that the approver answers for by approving.
    """

    run: str
    digest: str
    role: str
    approver: str
    approved_at: datetime
    expires_at: datetime
    reviewed: tuple[str, ...]
    confirmed: tuple[str, ...]
    missing: tuple[str, ...]


def request(workplace: Workplace, run: str, *, resend: bool = False, actor: str = "") -> tuple[str, ...]:
    """Mail a code to each approver who has none that is valid; returns the ids of those who were mailed.

    ``resend`` mails new codes to everyone who has not approved. Nothing is stored unless every letter was taken. Nobody
    is mailed twice by two commands at once, and no code is taken while newer ones are being mailed.
    """
    with approval_log.one_at_a_time(workplace):
        return _request(workplace, run, resend, actor or acting_account())


def _request(workplace: Workplace, run: str, resend: bool, actor: str) -> tuple[str, ...]:
    with store.writing(workplace) as connection:
        known = _prepared(connection, workplace, run)
        granted = {role for role, _ in approval_rows.granted(connection, workplace, known)[0]}
        pending = set() if resend else approval_rows.persons(connection, known, PENDING)
        around = approval_rows.circumstances(connection, workplace, known)
    expires_at = datetime.now(UTC) + VALID
    said_no = {(each.role, each.approver) for each in refusals.standing(decisions.read(workplace), known)}
    requests = [
        replace(each, code=approval_rows.new_code())
        for each in to_ask(workplace, known, around, expires_at)
        if each.role not in granted and (each.role, each.approver) not in pending | said_no
    ]
    if requests:
        mail(workplace, known, requests)
        approval_rows.keep_requests(workplace, known, requests, actor)
    return tuple(dict.fromkeys(each.approver for each in requests))


def grant(workplace: Workplace, run: str, code: str, reviewed: Sequence[str] = (), actor: str = "") -> Approval:
    """Take a code for an approval; moves the run to ``approved`` once every needed role has approved.

    Raises ApprovalRefused (wrong, used or expired code, a person who may not approve, findings not reviewed) and
    ContentChanged (what the code was mailed for is not what stands there today, or a story has lost its consent).
    """
    with approval_log.one_at_a_time(workplace):
        return _grant(workplace, run, code, reviewed, actor or acting_account())


def _grant(workplace: Workplace, run: str, code: str, reviewed: Sequence[str], actor: str) -> Approval:
    with store.writing(workplace) as connection:
        known = _prepared(connection, workplace, run, afterwards=True)
        asked = approval_rows.asked(connection, workplace, known.run, code)
        reviews = approval_rows.reviews(connection, known.run)
        granted, _ = approval_rows.granted(connection, workplace, known)
        needed = needed_roles(known.brief, approval_rows.circumstances(connection, workplace, known))
    if asked is None:
        raise wrong_code(workplace, known, actor)
    require_acceptable(workplace, known, asked, actor)
    require_turn(known, needed, granted, asked)
    require_second_person(workplace, known, needed, granted, asked)
    if known.state not in runs.SENT:
        digest.require_unchanged(workplace, known.run)
        stories.require_consents(workplace, known.run)
    require_kept(known, reviews, approval_log.reviews_asked_for(decisions.read(workplace), known))
    accepted = require_reviewed(known, reviews, reviewed)
    points = checklist.points(known.brief, asked.role)
    given = {"digest": asked.digest, "role": asked.role, "approver": asked.approver}
    detail = {**given, "reviewed": accepted, "confirmed": points}
    decision = decisions.record(
        workplace, "approval_granted", actor=asked.approver, run=known.run, detail={**detail, "account": actor}
    )
    with store.writing(workplace) as connection:
        _prepared(connection, workplace, known.run, afterwards=True)
        missing = approval_rows.missing(connection, workplace, known)
    return Approval(
        known.run, asked.digest, asked.role, asked.approver, decision.at, decision.at + VALID, tuple(accepted),
        tuple(points), missing,
    )  # fmt: skip


def refuse(workplace: Workplace, run: str, code: str, reason: str, actor: str = "") -> tuple[Refusal, bool]:
    """Take a code for a refusal, which holds up the run; returns it, and whether the communicator could be mailed.

    The code still approves the same content, for whoever was persuaded; it refuses once. Raises as :func:`grant` does,
    and InputError for a missing reason or one that names a personal number.
    """
    with approval_log.one_at_a_time(workplace):
        known, refusal = _refuse(workplace, run, code, reason, actor or acting_account())
    return refusal, refusals.tell_communicator(workplace, known, refusal)


def _refuse(workplace: Workplace, run: str, code: str, reason: str, actor: str) -> tuple[runs.Run, Refusal]:
    with store.writing(workplace) as connection:
        known = _prepared(connection, workplace, run)
        asked = approval_rows.asked(connection, workplace, known.run, code)
    if asked is None:
        raise wrong_code(workplace, known, actor)
    require_acceptable(workplace, known, asked, actor)
    refusals.require_first(decisions.read(workplace), known, (asked.role, asked.approver))
    told = refusals.sound_reason(reason, known)
    refusal = refusals.record(workplace, known, (asked.role, asked.approver), told, actor)
    with store.writing(workplace) as connection:
        _prepared(connection, workplace, known.run)
    return known, refusal


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
        missing = approval_rows.missing(connection, workplace, known)
        _, refused = approval_rows.granted(connection, workplace, known)
        expired = approval_rows.roles(connection, known, EXPIRED) - approval_rows.roles(connection, known, PENDING)
    digest.require_unchanged(workplace, known.run)
    if said_no := refusals.standing(decisions.read(workplace), known):
        raise refusals.refused(known, said_no)
    if missing and refused:
        raise refused[0]
    if late := [role for role in missing if role in expired]:
        raise ApprovalRefused(
            f"the approval as {', '.join(late)} has expired: code and approval hold for {VALID.days} days",
            where=f"run {known.run}",
            remedy=ask_again(known),
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
    later = afterwards and known.state in runs.SENT and bool(approval_rows.due_reviews(connection, workplace, known))
    if known.digest is None or not (later or known.state in WAITS_FOR_APPROVAL):
        raise nothing_to_approve(known)
    approval_rows.settle(connection, workplace, known.run)
    said_no = refusals.standing(decisions.read(workplace), known)
    if known.state == "prepared" and not said_no and not approval_rows.missing(connection, workplace, known):
        runs.move_within(connection, workplace, known.run, "approved")
    return known
