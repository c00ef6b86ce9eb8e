"""Which roles must approve a campaign, from what its brief says: the table ``approvals.yaml`` and how it is read."""

from calendar import SUNDAY, monthcalendar
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from ruamel.yaml import YAML

from campaigns.brief import Brief, Identifier, Part, Share, Text

TABLE = Path(__file__).with_name("approvals.yaml")


class Condition(Part):
    """A field of the brief, dotted, and the values of it that call for a role; any value does where none is named."""

    field: Text
    values: tuple[str | bool, ...] = ()


class Found(Part):
    """A gate whose findings, where a person must read them, call for a role."""

    finding: Identifier


@dataclass(frozen=True)
class Circumstances:
    """What calls for roles beside the brief.

    ``audience_share``: share 0–1 of the city's registered population that stands in the campaign's audience.
    ``to_read``: the gates that have findings which a person must read (H).
    ``asked``: the roles that were asked about today's content: what called for them may be gone, they are still needed.
    """

    audience_share: float = 0.0
    to_read: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()


UNKNOWN = Circumstances()


class Rule(Part):
    """One row of the table: the role, when it is needed, why, and whether before or only after the sending."""

    role: Identifier
    when: Literal["always", "new_register_use", "near_election", "city_wide"] | Condition | Found
    why: Text
    asked: Literal["before", "afterwards"] = "before"


class RegisterUse(Part):
    """A register and a purpose that the data protection officer has assessed."""

    register_: Annotated[str, Field(alias="register")]
    purpose: Identifier


class Elections(Part):
    """When an election is near: general elections come every fourth year, others are listed by their day."""

    days_before: Annotated[int, Field(ge=1)]
    general_since: int
    other_days: tuple[date, ...] = ()


class Rules(Part):
    """The whole table ``approvals.yaml``."""

    approvals: tuple[Rule, ...]
    confirm_no_translation: tuple[str, ...]
    confirm: dict[Identifier, tuple[str, ...]]
    assessed_uses: tuple[RegisterUse, ...]
    elections: Elections
    city_wide_share: Share


def needed_roles(brief: Brief, around: Circumstances = UNKNOWN) -> dict[str, str]:
    """Return the roles that must approve before anything is sent, in the order of the table, each with why."""
    holding = {*_roles(brief, around, "before"), *_roles(brief, around, "afterwards")}
    return _roles(brief, around, "before", also=around.asked - holding)


def later_roles(brief: Brief, around: Circumstances = UNKNOWN) -> dict[str, str]:
    """Return the roles that review a campaign afterwards, in the same form: an entry to follow up, never a block."""
    before = needed_roles(brief, around)
    return {role: why for role, why in _roles(brief, around, "afterwards").items() if role not in before}


def missing_roles(needed: Collection[str], granted: Collection[tuple[str, str]], author: str) -> tuple[str, ...]:
    """Return the needed roles that nobody has approved, given (role, person) of what was granted.

    Approvals of the author count for nothing. Where several roles are needed one person cannot fill them all: then the
    last of the needed roles is still missing.
    """
    valid = {(role, person) for role, person in granted if person != author}
    roles = {role for role, _ in valid}
    missing = tuple(role for role in needed if role not in roles)
    persons = {person for role, person in valid if role in needed}
    return missing or (tuple(needed)[-1:] if len(needed) > 1 and len(persons) < 2 else ())


def election_near(brief: Brief) -> date | None:
    """Return the day of the election near which the campaign's messages are sent or still hold, None without one."""
    zone = ZoneInfo(brief.schedule.time_zone)
    first = min(wave.start for wave in brief.waves).astimezone(zone).date()
    last = brief.schedule.valid_until.astimezone(zone).date()
    near = timedelta(days=rules().elections.days_before)
    days = (day for year in range(first.year, last.year + 2) for day in election_days(year))
    return next((day for day in sorted(days) if first <= day and last >= day - near), None)


def election_days(year: int) -> tuple[date, ...]:
    """Return the election days of a year: general elections are held the second Sunday of September every fourth year.

    Source: vallagen (2005:837) 1 kap. 3 §, regeringsformen 3 kap. 3 §.
    """
    elections = rules().elections
    general = year >= elections.general_since and (year - elections.general_since) % 4 == 0
    sundays = [week[SUNDAY] for week in monthcalendar(year, 9) if week[SUNDAY]]
    listed = tuple(day for day in elections.other_days if day.year == year)
    return (*([date(year, 9, sundays[1])] if general else []), *listed)


def is_assessed(register: str, purpose: str) -> bool:
    """Tell whether the data protection officer has assessed this use of a register."""
    return any((use.register_, use.purpose) == (register, purpose) for use in rules().assessed_uses)


@cache
def rules() -> Rules:
    """Return the table."""
    return Rules.model_validate(YAML(typ="safe").load(TABLE.read_text(encoding="utf-8")))


def _roles(brief: Brief, around: Circumstances, asked: str, also: frozenset[str] = frozenset()) -> dict[str, str]:
    roles: dict[str, str] = {}
    for rule in rules().approvals:
        if rule.asked == asked and (rule.role in also or _holds(rule.when, brief, around)):
            roles.setdefault(rule.role, rule.why)
    return roles


def _holds(when: str | Condition | Found, brief: Brief, around: Circumstances) -> bool:
    if isinstance(when, Found):
        return when.finding in around.to_read
    if isinstance(when, Condition):
        found = [value for value in _values(brief, when.field) if value is not None and value is not False]
        return any(value in when.values for value in found) if when.values else bool(found)
    if when == "new_register_use":
        return any(not is_assessed(basis.register_, basis.purpose) for basis in brief.legal_basis)
    if when == "near_election":
        return election_near(brief) is not None
    return when == "always" or brief.city_wide or around.audience_share >= rules().city_wide_share


def _values(part: Any, field: str) -> Iterator[Any]:
    """Yield the values of a dotted field, through every item where a part is a list; none where a part is left out."""
    if isinstance(part, tuple):
        for item in part:
            yield from _values(item, field)
    elif field and part is not None:
        name, _, rest = field.partition(".")
        yield from _values(getattr(part, name, None), rest)
    elif not field:
        yield part
