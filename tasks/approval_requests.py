"""Who is asked to approve a run, and the letters that ask them."""

from collections.abc import Sequence
from datetime import datetime

from campaigns.approval_matrix import Circumstances, later_roles, needed_roles
from campaigns.approvers import approvers, load_directory
from campaigns.errors import Finding, InputError
from tasks import approval_rows, runs, store
from tasks.approval_letter import compose
from tasks.approval_mail import Request, Review, deliver
from tasks.approval_matter import matter
from tasks.findings import examined, readings
from tasks.gate_subjects import stored_subjects
from tasks.workplace import Workplace


def to_ask(workplace: Workplace, run: runs.Run, around: Circumstances, expires_at: datetime) -> list[Request]:
    """Return a request without its code for everyone who is asked; that nobody can review afterwards blocks nothing."""
    needed, later_needed = needed_roles(run.brief, around), later_roles(run.brief, around)
    asked = approvers(run.brief, workplace.directory, around)
    try:
        later = approvers(run.brief, workplace.directory, around, afterwards=True)
    except InputError:
        later = ()
    return [
        *(Request(role, person, "", expires_at, needed[role]) for role, person in asked),
        *(Request(role, person, "", expires_at, later_needed[role], afterwards=True) for role, person in later),
    ]


def mail(workplace: Workplace, run: runs.Run, requests: Sequence[Request]) -> None:
    """Mail each request's letter; raises as :func:`tasks.approval_mail.deliver` does."""
    people = load_directory(workplace.directory).persons
    with store.writing(workplace) as connection:
        reviews = approval_rows.reviews(connection, run.run)
        asked = bool(reviews or run.brief.overrides)
        subjects = stored_subjects(connection, run, reader=workplace.language) if asked else ()
        found = examined(subjects, run)
        told = matter(connection, workplace, run, found)
        rows = connection.execute(
            "SELECT DISTINCT role, approver FROM approval WHERE run = ? AND digest = ?", [run.run, run.digest]
        ).fetchall()
    asked_too = {*rows, *((each.role, each.approver) for each in requests)}
    reviews = _in_words(reviews, found)
    deliver(
        workplace,
        [(each.approver, compose(workplace, run, each, people, reviews, told, asked_too)) for each in requests],
    )


def _in_words(reviews: Sequence[Review], findings: Sequence[Finding]) -> list[Review]:
    """Return the findings with what the gates say of them in the reader's language."""
    found = {each.id: each for each in readings(findings)}
    return [
        Review(each.id, " ".join(found[each.id].messages), found[each.id].findings[0].remedy, found[each.id].sentence)
        if each.id in found
        else each
        for each in reviews
    ]
