"""An approver who says no: the reason in the decision log, a letter to the communicator, and nothing is sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from campaigns.approvers import Person, load_directory
from campaigns.errors import ApprovalRefused, GatewayUnavailable, InputError
from campaigns.language import translations
from tasks import decisions, runs
from tasks.approval_mail import addressed, deliver
from tasks.decisions import Decision
from tasks.gates.personal_numbers import personal_numbers
from tasks.local_time import on_one_line
from tasks.workplace import Workplace

LONGEST_REASON = 1000


@dataclass(frozen=True)
class Refusal:
    """What an approver has said no to, and why; ``approver`` is an id of the directory."""

    role: str
    approver: str
    reason: str
    at: datetime


def standing(logged: Iterable[Decision], run: runs.Run) -> list[Refusal]:
    """Return the refusals of today's content that stand: the same person has not approved it since in that role."""
    found: dict[tuple[str, str], Refusal] = {}
    for each in logged:
        if each.run != run.run or each.detail.get("digest") != run.digest:
            continue
        if each.action == "approval_refused":
            who = (each.detail["role"], each.detail["approver"])
            found[who] = Refusal(*who, each.detail["reason"], each.at)
        elif each.action == "approval_granted":
            found.pop((each.detail["role"], each.detail["approver"]), None)
    return list(found.values())


def require_first(logged: Iterable[Decision], run: runs.Run, refusal_of: tuple[str, str]) -> None:
    """Raise ApprovalRefused where this person has refused today's content in this role already, and it stands."""
    if said := [each for each in standing(logged, run) if (each.role, each.approver) == refusal_of]:
        raise ApprovalRefused(
            f"this code has been used to refuse on {on_one_line(said[0].at)}; that refusal stands",
            where=f"run {run.run}",
            remedy=next_step(run),
        )


def sound_reason(reason: str, run: runs.Run) -> str:
    """Return the reason on one line; raises InputError where there is none, a whole page, or a personal number."""
    told = " ".join(reason.split())
    if not any(character.isalnum() for character in told) or len(told) > LONGEST_REASON:
        raise InputError(
            f"a refusal needs a reason of at most {LONGEST_REASON} characters",
            where=f"run {run.run}",
            remedy='write it after --refuse, such as --refuse "The date in the second text is wrong."',
        )
    if personal_numbers(told):
        raise InputError(
            "the reason of the refusal holds a personal number; it would be kept for good and mailed",
            where=f"run {run.run}",
            remedy="write the reason without it.",
        )
    return told


def refused(run: runs.Run, refusals: Iterable[Refusal]) -> ApprovalRefused:
    """Return what to tell of a run that somebody has refused."""
    said = "; ".join(f"{each.role} ({each.approver}), {on_one_line(each.at)}: {each.reason}" for each in refusals)
    return ApprovalRefused(f"refused by {said}", where=f"run {run.run}", remedy=next_step(run))


def next_step(run: runs.Run) -> str:
    """Say what the communicator does after a refusal."""
    return (
        f"change the campaign and run `budkavle prepare {run.campaign}`: every approver is asked anew. Or talk to the "
        "one who refused, whose code can still approve the content as it is."
    )


def tell_communicator(workplace: Workplace, run: runs.Run, refusal: Refusal) -> bool:
    """Mail the communicator who refused and what to do; returns False where the relay does not take it."""
    person = load_directory(workplace.directory).persons[run.brief.communicator]
    try:
        deliver(workplace, [(run.brief.communicator, _letter(workplace, run, refusal, person))])
    except (GatewayUnavailable, InputError):
        return False
    return True


def _letter(workplace: Workplace, run: runs.Run, refusal: Refusal, person: Person) -> EmailMessage:
    text = translations(workplace.language).gettext
    names = {
        "name": person.name,
        "title": " ".join(run.brief.title.split()),
        "role": text(refusal.role.replace("_", " ")),
        "reason": refusal.reason,
        "campaign": run.campaign,
        "run": run.run,
    }
    parts = [
        text("Hello %(name)s,"),
        text("The campaign “%(title)s” has not been approved: the one who was asked as %(role)s has refused."),
        text("Reason: %(reason)s"),
        text("Nothing is sent. What to do now:"),
        text(
            "  1. Change the campaign so that it meets the reason, and check it:\n\n    budkavle check %(campaign)s\n\n"
            "  2. Prepare it again; every approver gets a new letter:\n\n    budkavle prepare %(campaign)s"
        ),
        text(
            "If you find that the campaign is right as it is, talk to the one who refused. The code in the letter can "
            "still approve it, as long as nothing is changed."
        ),
        text("Where it stands: budkavle status %(run)s"),
    ]
    letter = addressed(workplace, person.address, text("Not approved: the campaign “%(title)s”") % names)
    letter.set_content("\n\n".join(part % names for part in parts) + "\n")
    return letter


def record(workplace: Workplace, run: runs.Run, refusal_of: tuple[str, str], reason: str, account: str) -> Refusal:
    """Write a refusal to the decision log."""
    role, approver = refusal_of
    detail = {"digest": run.digest, "role": role, "approver": approver, "reason": reason, "account": account}
    decision = decisions.record(workplace, "approval_refused", actor=approver, run=run.run, detail=detail)
    return Refusal(role, approver, reason, decision.at)
