"""The brief: what ``campaign.yaml`` may say, as frozen models that forbid unknown keys."""

from datetime import date as Date
from datetime import datetime, timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

Text = Annotated[str, Field(min_length=1)]
Line = Annotated[str, Field(pattern=r"^[^\n\r\v\f\x{85}\x{2028}\x{2029}]+$", description="text on one line")]
"""What stands on one line of a message or a letter: in its head, in a list, in a text message."""
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Share = Annotated[float, Field(ge=0, le=1)]
AREA_SHARE = 0.5
MOST_BUDGET = 1_000_000_000
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$", description="BCP 47 tag, such as sv or en")]


def _of_our_time(moment: datetime) -> datetime:
    if not 2000 <= moment.year < 2200:
        raise ValueError("the year is not one of this or the next century")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_of_our_time)]


def _in(words: str | dict[str, str], language: str) -> str:
    return words if isinstance(words, str) else words.get(language) or next(iter(words.values()), "")


class Part(BaseModel):
    """Base of every part of the brief: frozen, unknown keys forbidden."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Objective(Part):
    """The result to be reached (P2a, P2b): ``outcome`` moves from ``baseline`` to ``target`` by a date.

    Shares are written 0–1; ``unit`` is what one observation is, such as ``household`` or ``person``. ``survey`` says
    that the outcome is what some of them answered: the answers are then weighted to everybody who was drawn.
    """

    outcome: Identifier
    group: Text
    baseline: float
    target: float
    unit: Literal["person", "household", "area"]
    by: Date
    survey: bool = False


class Kpi(Part):
    """One measure and the stage of the chain that it belongs to; only ``outcome`` and ``impact`` are results (P4a).

    ``outcome`` names its column of the outcomes file, where it is observed per unit: it is then compared with the
    control group as the objective is. ``better`` tells in which direction it should move.
    """

    name: Text
    stage: Literal["output", "outtake", "outcome", "impact"]
    target: float | None = None
    outcome: Identifier | None = None
    better: Literal["higher", "lower"] = "higher"


class Sender(Part):
    """Who speaks (P6b, P6b2); a company must also say that it is part of the city.

    ``text_sender`` stands as the sender of text messages: at most 11 letters and digits; the channel's own when unset.
    """

    body: Line
    kind: Literal["department", "company"]
    unit: Line
    text_sender: Line | None = None

    def of_channel(self, standard: str) -> str:
        """Return the sender of a text message, the channel's standard one where the brief names none."""
        return self.text_sender or standard


class Contact(Part):
    """A living way to answer (P4b), with hours and promised answer time, in one language or in each."""

    way: Line
    hours: Line | dict[Language, Line]
    answer_within: Line | dict[Language, Line]

    def hours_in(self, language: str) -> str:
        """Return the hours in a language, or in the first one given."""
        return _in(self.hours, language)

    def answer_within_in(self, language: str) -> str:
        """Return the promised answer time in a language, or in the first one given."""
        return _in(self.answer_within, language)


class PressContact(Part):
    """Who the press may call (P8a)."""

    name: Line
    way: Line
    hours: Line


class Decision(Part):
    """Whether this is decided or only proposed (P6d); ``consultation_until`` is the last day to answer a proposal."""

    status: Literal["decided", "proposed", "none_needed"]
    body: Line | None = None
    date: Date | None = None
    reference: Line | None = None
    consultation_until: Date | None = None


class Capacity(Part):
    """Who answers for that the service can deliver what the message promises, and the day they said so (P6a)."""

    attested_by: Text
    on: Date


class Crisis(Part):
    """What a crisis adds (P9): where the facts are confirmed, who acts together, and when the reader hears more."""

    verified_source: str | None = None
    actors: tuple[Text, ...] = ()
    next_update: Moment | None = None


class LegalBasis(Part):
    """Why a register may be used for this purpose (P1)."""

    register_: Annotated[
        Literal["population", "guardians", "employees", "customers", "subscribers"], Field(alias="register")
    ]
    purpose: Identifier
    article: Text


class Fact(Part):
    """A property with few values that a text may branch on."""

    name: Identifier
    values: Annotated[tuple[Text, ...], Field(min_length=1, max_length=12)]


class Slot(Part):
    """A value that differs per person and may only be printed; the column of that name in the audience query."""

    name: Identifier
    kind: Literal["text", "date", "url", "list"]
    default: str | dict[Language, str]
    format: dict[Language, str] | None = None


class Wave(Part):
    """One sending occasion: ``audience`` names the SQL file in the campaign's folder."""

    name: Identifier
    start: Moment
    audience: Annotated[str, Field(pattern=r"^[a-z0-9_-]+\.sql$")]


class Budget(Part):
    """Ceilings: kronor and kilograms of carbon dioxide; more than a billion of either is a slip of the pen."""

    sek: Annotated[float, Field(ge=0, le=MOST_BUDGET)]
    co2_kg: Annotated[float, Field(ge=0, le=MOST_BUDGET)]


class Floor(Part):
    """At least this share of a group must be reached (S4); ``group`` is ``column=value`` over the audience query."""

    group: Annotated[str, Field(pattern=r"^[a-z_]+=.+$")]
    reach: Share


class Window(Part):
    """When sending is allowed: days and local times."""

    days: Annotated[tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...], Field(min_length=1)]
    opens: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    closes: Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]


class Schedule(Part):
    """Start, time zone, sending windows and when the message is no longer true (P5c)."""

    start: Moment
    time_zone: Text = "Europe/Stockholm"
    windows: tuple[Window, ...] = ()
    valid_until: Moment


class Holdout(Part):
    """The control group: its share and the unit that is drawn; of areas one in every matched pair, a share of 0.5.

    With ``later`` nobody is left out: the control group gets the same message so many days after the others.
    """

    share: Annotated[float, Field(ge=0, le=0.5)]
    by: Literal["person", "household", "area"]
    later: Annotated[int, Field(ge=1, le=180, strict=True)] | None = None

    @model_validator(mode="after")
    def _one_of_each_pair(self) -> Self:
        if self.by == "area" and self.share != AREA_SHARE:
            raise ValueError("of areas one in every pair is held out: write `{share: 0.5, by: area}`")
        if self.later is not None and (self.by == "area" or self.share == 0):
            raise ValueError("only a share of persons or households gets the message later: leave `later` out")
        return self


class Image(Part):
    """An image with its rights."""

    file: Text
    source: Text
    licence: Text
    licence_until: Date | None = None
    consent: str | None = None
    shows_child: bool = False
    shows_person: bool = False


class Story(Part):
    """An employee's own story (S7) and the written consent to tell it, by reference, never by name.

    ``consent_until`` is its last day; without one it holds until it is withdrawn.
    """

    name: Identifier
    consent: Text
    consent_on: Date
    consent_until: Date | None = None


class Override(Part):
    """A logged motivation for a warning."""

    gate: Identifier
    reason: Annotated[str, Field(min_length=20)]


class Brief(Part):
    """One campaign: the whole of ``campaign.yaml``."""

    title: Line
    edition: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    goal: Literal["G1", "G2", "G3", "G4"]
    objective: Objective
    kpis: Annotated[tuple[Kpi, ...], Field(min_length=1)]
    sender: Sender
    manager: Identifier
    communicator: Identifier
    contact: Contact
    press_contact: PressContact | None = None
    capacity: Capacity | None = None
    crisis: Crisis | None = None
    anchored_with: tuple[Text, ...] = ()
    partners: tuple[Text, ...] = ()
    decision: Decision
    overall_message: Identifier
    message_kind: Literal["how_we_do", "how_it_goes", "where_we_are"] | None = None
    city_wide: bool = False
    legal_basis: Annotated[tuple[LegalBasis, ...], Field(min_length=1)]
    challenges: tuple[Identifier, ...] = ()
    facts: tuple[Fact, ...] = ()
    slots: tuple[Slot, ...] = ()
    waves: Annotated[tuple[Wave, ...], Field(min_length=1)]
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    minority_language_decision: Text
    channels: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    print_reason: str | None = None
    landing_page: Line
    insight_page: Line | None = None
    budget: Budget
    floors: tuple[Floor, ...] = ()
    fairness: Literal["floors", "max_min"] = "floors"
    exploration: Annotated[float, Field(ge=0, le=0.2)] = 0.05
    both_guardians: bool = False
    print_for: Literal["unreached", "anyone"] = "unreached"
    contact_cap: Annotated[int, Field(ge=1, le=20)]
    schedule: Schedule
    holdout: Holdout
    covariates: tuple[Identifier, ...] = ()
    looks: Annotated[tuple[Annotated[int, Field(ge=1, le=730)] | Moment, ...], Field(min_length=1)]
    on_unknown: Literal["hold", "resend"] = "hold"
    feedback_by: Date
    sources: tuple[Text, ...] = ()
    fact_checker: str | None = None
    translation_readers: dict[Language, Identifier] = {}
    labels: dict[Text, dict[Language, Text]] = {}
    images: tuple[Image, ...] = ()
    stories: tuple[Story, ...] = ()
    overrides: tuple[Override, ...] = ()

    @property
    def is_internal(self) -> bool:
        """Whether the campaign speaks to the employees alone: theirs is the only register that it may read."""
        return all(basis.register_ == "employees" for basis in self.legal_basis)

    def is_to_employees(self, wave: str) -> bool:
        """Whether a wave is the employer's information to its employees, from which nobody unsubscribes."""
        return self.is_internal or wave.startswith("internal")

    @property
    def measured(self) -> dict[str, Kpi]:
        """The measures that are observed per unit beside the objective, by outcome."""
        named = {kpi.outcome: kpi for kpi in self.kpis if kpi.outcome}
        return {name: kpi for name, kpi in named.items() if name != self.objective.outcome}

    def look_times(self) -> tuple[datetime, ...]:
        """Return when each look is due: whole days after ``schedule.start`` in local time, or the instant given."""
        zone = ZoneInfo(self.schedule.time_zone)
        start = self.schedule.start.astimezone(zone).replace(tzinfo=None)
        return tuple(
            look if isinstance(look, datetime) else (start + timedelta(days=look)).replace(tzinfo=zone)
            for look in self.looks
        )
