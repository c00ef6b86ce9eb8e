"""Who may approve: the table of needed roles, and the directory of persons that operators own."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from campaigns.brief import Brief, Identifier, Part, Text
from campaigns.errors import ApprovalRefused, InputError

TABLE = Path(__file__).with_name("approvals.yaml")
HINT = "docs/quick-start-operators.md shows an example; the setting is BUDKAVLE_DIRECTORY."


class Condition(Part):
    """A field of the brief, dotted, and the values of it that call for a role."""

    field: Text
    values: tuple[str | bool, ...]


class Rule(Part):
    """One row of the table: the role, when it is needed, and why."""

    role: Identifier
    when: Literal["always", "new_register_use", "tells_stories"] | Condition
    why: Text


class RegisterUse(Part):
    """A register and a purpose that the data protection officer has assessed."""

    register_: Annotated[str, Field(alias="register")]
    purpose: Identifier


class Rules(Part):
    """The whole table ``approvals.yaml``."""

    approvals: tuple[Rule, ...]
    assessed_uses: tuple[RegisterUse, ...]


class Person(Part):
    """One person of the directory; ``elected`` politicians never approve."""

    name: Annotated[str, Field(min_length=1, repr=False)]
    address: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", repr=False)]
    roles: tuple[Identifier, ...] = ()
    elected: bool = False


class Directory(Part):
    """The approvers' directory: persons by id; a brief names these ids."""

    persons: dict[Identifier, Person]


def needed_roles(brief: Brief) -> dict[str, str]:
    """Return the roles that must approve a campaign, in the order of the table, each with the first reason why."""
    needed: dict[str, str] = {}
    for rule in _rules().approvals:
        if _holds(rule.when, brief):
            needed.setdefault(rule.role, rule.why)
    return needed


def approvers(brief: Brief, path: Path | None) -> tuple[tuple[str, str], ...]:
    """Return (role, person id) of everyone who is asked: the brief's manager, and each holder of the other roles.

    Raises InputError for a directory that is missing or does not know the persons of the brief, ApprovalRefused for a
    manager who may not approve.
    """
    directory = load_directory(path)
    for field, person in (("manager", brief.manager), ("communicator", brief.communicator)):
        if person not in directory.persons:
            raise InputError(
                f"the brief names {person!r} as {field}, whom the directory does not know",
                where=str(path),
                remedy=f"add the person to the directory, or name one of its ids in the brief's `{field}`.",
            )
    asked: list[tuple[str, str]] = []
    for role, why in needed_roles(brief).items():
        holders = [brief.manager] if role == "manager" else _holders(directory, brief, role, why, path)
        for holder in holders:
            require_may_approve(brief, directory, role, holder)
        asked += [(role, holder) for holder in holders]
    return tuple(asked)


def require_may_approve(brief: Brief, directory: Directory, role: str, person: str) -> None:
    """Raise ApprovalRefused, naming the rule, unless the person may approve this campaign in this role."""
    known = directory.persons.get(person)
    if person == brief.communicator:
        problem = f"{person} is the campaign's communicator, and nobody approves a campaign of their own (P3c)"
    elif known is None or role not in known.roles:
        problem = f"{person} does not hold the role {role!r} in the approvers' directory"
    elif known.elected:
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


def _holders(directory: Directory, brief: Brief, role: str, why: str, path: Path | None) -> list[str]:
    holders = [
        identity
        for identity, person in directory.persons.items()
        if role in person.roles and not person.elected and identity != brief.communicator
    ]
    if not holders:
        raise InputError(
            f"the campaign must be approved by {role!r} because {why}, and nobody who may approve holds that role",
            where=str(path),
            remedy=f"let the operators give somebody the role {role!r} in the directory.",
        )
    return holders


def _holds(when: str | Condition, brief: Brief) -> bool:
    if when == "new_register_use":
        assessed = {(use.register_, use.purpose) for use in _rules().assessed_uses}
        return any((basis.register_, basis.purpose) not in assessed for basis in brief.legal_basis)
    if when == "tells_stories":
        return bool(brief.stories)
    return not isinstance(when, Condition) or any(value in when.values for value in _values(brief, when.field))


def _values(part: Any, field: str) -> Iterator[Any]:
    """Yield the values of a dotted field, through every item where a part is a list."""
    if isinstance(part, tuple):
        for item in part:
            yield from _values(item, field)
    elif field:
        name, _, rest = field.partition(".")
        yield from _values(getattr(part, name), rest)
    else:
        yield part


@cache
def _rules() -> Rules:
    return Rules.model_validate(YAML(typ="safe").load(TABLE.read_text(encoding="utf-8")))
