"""Who may approve: the persons of the directory that operators own, for the roles of the table of approvals."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from campaigns.approval_matrix import UNKNOWN, Circumstances, later_roles, needed_roles
from campaigns.brief import Brief, Identifier, Part
from campaigns.errors import ApprovalRefused, InputError
from campaigns.identities import groups, login, mailbox

HINT = "docs/quick-start-operators.md shows an example; the setting is BUDKAVLE_DIRECTORY."


class Person(Part):
    """One person of the directory; ``elected`` politicians never approve.

    ``account`` is the login name by which the machine knows the person; unset, the person's id is.
    """

    name: Annotated[str, Field(min_length=1, repr=False)]
    address: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", repr=False)]
    roles: tuple[Identifier, ...] = ()
    elected: bool = False
    account: Annotated[str | None, Field(min_length=1, repr=False)] = None


class Directory(Part):
    """The approvers' directory: persons by id; a brief names these ids."""

    persons: dict[Identifier, Person]

    @model_validator(mode="after")
    def _one_person_per_account(self) -> "Directory":
        accounts = [login(person.account) for person in self.persons.values() if person.account]
        if len(set(accounts)) < len(accounts):
            raise ValueError("two persons have the same account")
        return self

    def is_person(self, identity: str, account: str) -> bool:
        """Say whether an account is a person's: a login name or the address that the directory gives, or the id itself.

        Several names joined by ``/`` are one who acts under all of them; a prefix such as ``account:`` says where the
        name comes from and does not count. Spelling does not matter (``campaigns.identities``).
        """
        own = {login(identity)}.union(*(self._signs(each) for each in self.entries_of(identity)))
        return not own.isdisjoint(login(name) for name in account.rpartition(":")[2].split("/"))

    def one(self, identity: str) -> str:
        """Return the id that stands for the person: the first entry with the same mailbox, login name or id."""
        return groups({each: self._signs(each) for each in self.persons}).get(identity, identity)

    def entries_of(self, identity: str) -> list[str]:
        """Return the ids of every entry that is the same person."""
        return [each for each in self.persons if self.one(each) == self.one(identity)]

    def _signs(self, identity: str) -> set[str]:
        known = self.persons[identity]
        return {login(identity), login(known.account or identity), mailbox(known.address)}


def approvers(
    brief: Brief, path: Path | None, around: Circumstances = UNKNOWN, *, afterwards: bool = False
) -> tuple[tuple[str, str], ...]:
    """Return (role, person id) of everyone who is asked: the brief's manager, and each holder of the other roles.

    Raises InputError for a directory that is missing, does not know the persons of the brief, or holds one person alone
    for several roles; ApprovalRefused for a manager who may not approve. ``afterwards``: those who review later.
    """
    directory = load_directory(path)
    for field, person in (("manager", brief.manager), ("communicator", brief.communicator)):
        if person not in directory.persons:
            raise InputError(
                f"the brief names {person!r} as {field}, whom the directory does not know",
                where=str(path),
                remedy=f"add the person to the directory, or name one of its ids in the brief's `{field}`.",
            )
    roles = (later_roles if afterwards else needed_roles)(brief, around)
    asked = tuple((role, holder) for role, why in roles.items() for holder in _asked(directory, brief, role, why, path))
    if not afterwards and len(roles) > 1 and len({directory.one(person) for _, person in asked}) < 2:
        raise InputError(
            f"the campaign must be approved as {', '.join(roles)}, and one person alone holds all these roles",
            where=str(path),
            remedy="let the operators give one of the roles to somebody else in the directory.",
        )
    return asked


def names_of(path: Path | None) -> dict[str, str]:
    """Return the names of the persons by id, for pages that staff read; none where the directory cannot be read."""
    try:
        return {identity: person.name for identity, person in load_directory(path).persons.items()}
    except InputError:
        return {}


def require_may_approve(brief: Brief, directory: Directory, role: str, person: str) -> None:
    """Raise ApprovalRefused, naming the rule, unless the person may approve this campaign in this role."""
    known, same = directory.persons.get(person), directory.one(person) == directory.one(brief.communicator)
    if person == brief.communicator:
        problem = f"{person} is the campaign's communicator, and nobody approves a campaign of their own (P3c)"
    elif same:
        problem = f"{person} has the address or account of the campaign's communicator, who would get the code (P3c)"
    elif known is None or role not in known.roles:
        problem = f"{person} does not hold the role {role!r} in the approvers' directory"
    elif _elected(directory, person):
        problem = f"{person} is an elected politician, and elected politicians never approve (P6e)"
    else:
        return
    raise ApprovalRefused(
        problem, remedy="name another person in the brief, or ask the operators to correct the directory."
    )


def load_directory(path: Path | None) -> Directory:
    """Read the directory; raises InputError that names the setting, the file, the person id and the field."""
    if path is None:
        raise InputError("no approvers' directory is set", where="BUDKAVLE_DIRECTORY", remedy=HINT)
    try:
        return Directory.model_validate(YAML(typ="safe").load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError):
        raise InputError("the approvers' directory cannot be read", where=str(path), remedy=HINT) from None
    except MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise InputError("the approvers' directory is not valid YAML", where=f"{path}{line}", remedy=HINT) from None
    except YAMLError:
        raise InputError("the approvers' directory is not valid YAML", where=str(path), remedy=HINT) from None
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        problem = "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'file'}: {fault['msg']}" for fault in faults)
        raise InputError(problem, where=str(path), remedy=HINT) from None


def _asked(directory: Directory, brief: Brief, role: str, why: str, path: Path | None) -> list[str]:
    holders = [brief.manager] if role == "manager" else _holders(directory, brief, role, why, path)
    for holder in holders:
        require_may_approve(brief, directory, role, holder)
    return holders


def _holders(directory: Directory, brief: Brief, role: str, why: str, path: Path | None) -> list[str]:
    holders = [
        identity
        for identity, person in directory.persons.items()
        if role in person.roles
        and not _elected(directory, identity)
        and directory.one(identity) != directory.one(brief.communicator)
    ]
    if not holders:
        raise InputError(
            f"the campaign must be approved by {role!r} because {why}, and nobody who may approve holds that role",
            where=str(path),
            remedy=f"let the operators give somebody the role {role!r} in the directory.",
        )
    return holders


def _elected(directory: Directory, person: str) -> bool:
    return any(directory.persons[each].elected for each in directory.entries_of(person))
