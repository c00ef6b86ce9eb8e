"""What an approval must keep: the right code and person, a second person, and every finding read."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from campaigns.approval_matrix import missing_roles
from campaigns.approvers import load_directory, require_may_approve
from campaigns.errors import ApprovalRefused, ContentChanged, IllegalMove
from tasks import approval_log, approval_rows, decisions, runs
from tasks.acting import UNKNOWN
from tasks.approval_mail import Review
from tasks.approval_rows import Asked
from tasks.local_time import on_one_line
from tasks.workplace import Workplace

FORM = "prefect:"
"""How an actor begins who has named an account in Prefect's form, which cannot prove it."""


def require_acceptable(workplace: Workplace, run: runs.Run, asked: Asked, actor: str) -> None:
    """Refuse a code that is used or expired, was mailed for other content, or is not this person's to use."""
    where = f"run {run.run}"
    if asked.approved:
        raise ApprovalRefused(
            f"this code has been used; the approval it gave as {asked.role} stands",
            where=where,
            remedy=f"nothing is left to do with it. If something is wrong after all, run `budkavle pause {run.run}` "
            "and tell the communicator.",
        )
    if asked.digest != run.digest:
        raise ContentChanged("the content has changed since this code was mailed", where=where, remedy=ask_again(run))
    if asked.expires_at <= datetime.now(UTC):
        raise ApprovalRefused("the code has expired", where=where, remedy=ask_again(run))
    require_may_approve(run.brief, load_directory(workplace.directory), asked.role, asked.approver)
    require_may_act(workplace, run, asked, actor)


def require_may_act(workplace: Workplace, run: runs.Run, asked: Asked, actor: str) -> None:
    """Refuse the author's account, one that nobody knows and, in a form that proves nothing, all but the approver's.

    The log keeps who used whose code: the right code in the wrong hands tells more than a wrong one.
    """
    directory, account = load_directory(workplace.directory), actor.rpartition(":")[2]
    if not account.strip() or account == UNKNOWN:
        problem = "it is not known whose account uses the code"
    elif directory.is_person(run.brief.communicator, actor):
        problem = f"{account} is the campaign's communicator and cannot use another person's code (P3c)"
    elif elected := [
        name for name, each in directory.persons.items() if each.elected and directory.is_person(name, actor)
    ]:
        problem = f"{account} is the account of {elected[0]}, an elected politician, who never approves (P6e)"
    elif another := [
        name
        for name in directory.persons
        if directory.one(name) != directory.one(asked.approver) and directory.is_person(name, actor)
    ]:
        problem = f"{account} is the account of {another[0]}, and nobody uses another person's code"
    elif actor.startswith(FORM) and not directory.is_person(asked.approver, actor):
        problem = "the form says another account than that of the person who was mailed this code"
    else:
        return
    detail = {"role": asked.role, "approver": asked.approver, "digest": asked.digest}
    decisions.record(workplace, "approval_code_denied", actor=actor, run=run.run, detail=detail)
    raise ApprovalRefused(
        problem,
        where=f"run {run.run}",
        remedy="the person who was mailed the code uses it, from their own account: in the form with its name, or with "
        f"`budkavle approve {run.run} --code CODE`.",
    )


def require_turn(run: runs.Run, needed: Collection[str], granted: Collection[tuple[str, str]], asked: Asked) -> None:
    """Refuse a review afterwards that comes before everyone whose approval is needed has given it.

    The others approve in any order.
    """
    done = {role for role, _ in granted}
    if asked.role not in needed and (waiting := [role for role in needed if role not in done]):
        raise ApprovalRefused(
            f"the review as {asked.role} comes afterwards, and approval is still missing from: {', '.join(waiting)}",
            where=f"run {run.run}",
            remedy=f"keep the code and use it when the message has been approved; `budkavle status {run.run}` tells.",
        )


def nothing_to_approve(run: runs.Run) -> IllegalMove:
    """Return what to tell of a run whose state leaves nothing to approve."""
    remedies = {
        "preparing": f"run `budkavle prepare {run.campaign}` to its end first.",
        "stopped": "it was stopped for good; to send it after all, give the brief a new `edition` and prepare that.",
    }
    sent = "it has been sent and needs no further approval; new content needs a new `edition` in the brief."
    return IllegalMove(
        f"run {run.run} is {run.state}: there is nothing to approve", remedy=remedies.get(run.state, sent)
    )


def require_second_person(
    workplace: Workplace, run: runs.Run, needed: Collection[str], granted: Collection[tuple[str, str]], asked: Asked
) -> None:
    """Refuse the approval by which one person alone would fill every needed role, under one id or several."""
    one = load_directory(workplace.directory).one
    after = {*granted, (asked.role, one(asked.approver))}
    if {role for role, _ in after}.issuperset(needed) and missing_roles(needed, after, one(run.brief.communicator)):
        raise ApprovalRefused(
            f"{asked.approver} has given the other approvals, and one person alone is not enough",
            where=f"run {run.run}",
            remedy=f"let another person who holds the role {asked.role!r} use the code that they were mailed.",
        )


def require_kept(run: runs.Run, reviews: Sequence[Review], asked_for: Collection[str]) -> None:
    """Refuse where a finding that the log says must be read has gone from the database."""
    if gone := sorted(set(asked_for) - {review.id for review in reviews}):
        raise ApprovalRefused(
            f"the database has lost findings that a person must read: {', '.join(gone)}",
            where=f"run {run.run}",
            remedy=f"prepare the campaign {run.campaign!r} again: its texts are judged anew.",
        )


def require_reviewed(run: runs.Run, reviews: Sequence[Review], reviewed: Sequence[str]) -> list[str]:
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


def wrong_code(workplace: Workplace, run: runs.Run, actor: str) -> ApprovalRefused:
    """Count a wrong code and return what to tell of it."""
    if not approval_log.mailed_at(workplace, run):
        return ApprovalRefused(
            "no code is waiting: none was mailed for this content, or all are void",
            where=f"run {run.run}",
            remedy=ask_again(run),
        )
    left = approval_rows.count_wrong_code(workplace, run.run, actor)
    if left > 0 and (mailed := approval_log.mailed_at(workplace, run)):
        return ApprovalRefused(
            "the code is wrong, or a newer letter has replaced it",
            where=f"run {run.run}",
            remedy=f"copy it from the newest letter, mailed {on_one_line(mailed)}; {left} attempts are left.",
        )
    return ApprovalRefused(
        "the code is wrong, and so many have been that every waiting code is void",
        where=f"run {run.run}",
        remedy=ask_again(run),
    )


def ask_again(run: runs.Run) -> str:
    """Say how a new code is mailed."""
    return f"run `budkavle run {run.run}`: whoever still has to approve is mailed a new code."
