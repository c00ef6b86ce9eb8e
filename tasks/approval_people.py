"""Whom an approver's letter names: the communicator, who can be asked, and who else approves."""

from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias

from campaigns.approvers import Person
from tasks.approval_mail import Request
from tasks.runs import Run

Text: TypeAlias = Callable[[str], str]
Asked: TypeAlias = Collection[tuple[str, str]]
"""Role and person of everybody who is asked about the same content."""


def communicator(run: Run, people: Mapping[str, Person]) -> Person | None:
    """Return who made the campaign; None where the directory does not name that person."""
    return people.get(run.brief.communicator)


def named(run: Run, people: Mapping[str, Person], text: Text) -> str:
    """Return the communicator with the address to write to."""
    person = communicator(run, people)
    return f"{person.name} ({person.address})" if person else text("the communicator")


def lines(run: Run, request: Request, people: Mapping[str, Person], asked: Asked, text: Text) -> str:
    """Return whom to ask, and who else approves."""
    person = communicator(run, people)
    told = []
    if person:
        ask = text("Communicator: %(communicator)s. An answer to this letter goes there.")
        told.append(ask % {"communicator": named(run, people, text)})
    others = [
        text("%(name)s as %(role)s") % {"name": people[each].name, "role": text(role.replace("_", " "))}
        for role, each in sorted(asked)
        if (role, each) != (request.role, request.approver) and each in people
    ]
    return "\n".join([*told, *([text("Also asked: %s.") % ", ".join(others)] if others else [])])
