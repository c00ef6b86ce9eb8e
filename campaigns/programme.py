"""The communication programme as data: goals, messages, gates and bodies, read from ``programme.yaml``."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, PositiveInt
from ruamel.yaml import YAML

PROGRAMME = Path(__file__).parent / "programme.yaml"


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Named(_Row):
    """A goal of the programme or a challenge of the city, in Swedish and English."""

    id: str
    sv: str
    en: str


class Gate(_Row):
    """One check: ``kind`` is B (blocks), W (warns) or H (a person reads); ``threshold`` holds its named limits."""

    id: str
    requirement: str
    kind: Literal["B", "W", "H"]
    where: Literal["brief", "source", "text", "asked"]
    says: str
    threshold: dict[str, float] = {}


class Body(_Row):
    """A committee with its department, or a company; a company carries the city's endorsement (P6b2)."""

    name: str
    kind: Literal["department", "company"]
    department: str | None = None
    units: tuple[str, ...] = ()
    endorsement: bool = False


class AbolishedDistrict(_Row):
    """A district that existed ``until`` a day and is part of ``now``; ``place``: a part of the city keeps the name."""

    name: str
    until: date
    now: str
    place: bool = False


class ContactBudget(_Row):
    """At most ``messages`` of all campaigns together to one person within ``days`` days; ``reason`` says why."""

    messages: PositiveInt
    days: PositiveInt
    reason: str


class Programme(_Row):
    """The whole programme; ``requirements`` holds the phrase of each requirement id, ``how_to_mend`` that of each gate.

    ``requirements_in_words`` says in plain words what each requirement asks for, in English, as the gates do.

    ``lawful_articles`` are the points of article 6.1 that each register may be used on, with those of
    ``lawful_for_companies`` by a company. ``city_web`` are the hosts of the city's and its companies' own web.

    ``extract_days`` is how old the extract of each kind of register may be when an audience is selected, in days.
    """

    version: str
    source: str
    goals: tuple[Named, ...]
    overall_messages: dict[str, str]
    endorsement: dict[str, str]
    challenges: tuple[Named, ...]
    requirements: dict[str, str]
    requirements_in_words: dict[str, str]
    kept_elsewhere: dict[str, str] = {}
    brief_keys: dict[str, str]
    contact_budget: ContactBudget
    extract_days: dict[str, PositiveInt]
    lawful_articles: dict[str, tuple[str, ...]]
    lawful_for_companies: dict[str, tuple[str, ...]]
    abolished_districts: tuple[AbolishedDistrict, ...]
    city_web: tuple[str, ...]
    social_networks: tuple[str, ...]
    gates: tuple[Gate, ...]
    how_to_mend: dict[str, str]
    bodies: tuple[Body, ...]

    @property
    def text_gates(self) -> tuple[Gate, ...]:
        """The gates that read every rendered text."""
        return tuple(gate for gate in self.gates if gate.where == "text")

    def gate(self, name: str) -> Gate:
        """Return the gate of this id; KeyError where the programme has none."""
        for gate in self.gates:
            if gate.id == name:
                return gate
        raise KeyError(name)

    def abolished(self, name: str, day: date) -> AbolishedDistrict | None:
        """Return the district of this name if it exists no more on a day; None where it does, or never did."""
        gone = (each for each in self.abolished_districts if each.name == name and each.until < day)
        return next(gone, None)

    def body(self, name: str) -> Body | None:
        """Return the body known by this name, or by the name of its department; None where unknown."""
        for body in self.bodies:
            if name in (body.name, body.department):
                return body
        return None


@cache
def load_programme() -> Programme:
    """Read the programme once; the answer is shared and frozen."""
    with PROGRAMME.open(encoding="utf-8") as source:
        return Programme.model_validate(YAML(typ="safe").load(source))
