"""The channels of the city: one row of ``channels.yaml`` each, frozen, unknown keys forbidden."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from campaigns.errors import InputError

SOURCE = Path(__file__).with_name("channels.yaml")
LocalTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]

CALLED = {
    "epost": "email", "e-post": "email", "mejl": "email", "mail": "email", "e-mail": "email", "brev": "letter",
    "post": "letter", "webb": "web", "webben": "web", "webbplats": "web", "hemsida": "web", "website": "web",
    "text": "sms", "affischer": "posters", "affisch": "posters", "facebook": "social", "instagram": "social",
}  # fmt: skip
"""What else the channels are called."""


class Row(BaseModel):
    """Base of every part of a row: frozen, unknown keys forbidden."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class QuietHours(Row):
    """Local times between which nothing may be sent; may pass midnight."""

    begin: LocalTime
    end: LocalTime


class Prior(Row):
    """Beta(alpha, beta) belief about the share of persons who act because of one contact."""

    alpha: Annotated[float, Field(gt=0)]
    beta: Annotated[float, Field(gt=0)]


class Channel(Row):
    """One way to reach people; ``channels.yaml`` says what every key means and its unit."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    address_kind: Literal["email", "mobile", "digital_mailbox", "postal"] | None
    unit_cost_sek: Annotated[float, Field(ge=0)]
    co2_kg: Annotated[float, Field(ge=0)]
    capacity_per_day: Annotated[int, Field(ge=1)] | None
    print: bool
    digital: bool
    idempotent: bool
    per_household: bool
    quiet_hours: QuietHours | None
    window: Annotated[int, Field(ge=1, le=1024)]
    prior: Prior | None
    setup_sek: Annotated[float, Field(ge=0)] = 0
    setup_co2_kg: Annotated[float, Field(ge=0)] = 0
    translation_sek: Annotated[float, Field(ge=0)] = 0
    languages: tuple[str, ...] | None = None
    easy_read: bool = True
    audience_share: Annotated[float, Field(ge=0, le=1)] | None = None
    by_hand: bool = False
    per_part: bool = False
    text_sender: str = ""

    @property
    def is_broadcast(self) -> bool:
        """Whether the channel has no addresses but a reach and a price of its own, such as posters."""
        return self.address_kind is None and self.audience_share is not None

    def carries(self, language: str, easy_read: bool) -> bool:
        """Return whether a text in this language, or an easy-to-read one, can go through the channel."""
        return (self.languages is None or language in self.languages) and (self.easy_read or not easy_read)


def priced_per_part() -> list[str]:
    """Return the channels whose price is for each part of a message, such as text messages."""
    return [channel.name for channel in load_channels().values() if channel.per_part]


@cache
def load_channels() -> Mapping[str, Channel]:
    """Return every channel by name, in the order of the file."""
    return read_channels(SOURCE)


def read_channels(path: Path) -> Mapping[str, Channel]:
    """Return the channels of one file; raises InputError naming the row and key that cannot be used."""
    try:
        rows = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise _unusable(f"{path.name}{line}", "this is not YAML") from None
    if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
        raise _unusable(path.name, "the file is not a mapping of channels")
    channels: dict[str, Channel] = {}
    for name, row in rows.items():
        try:
            channels[name] = Channel(name=name, **row)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            raise _unusable(f"{path.name}, {'.'.join(map(str, (name, *first['loc'])))}", first["msg"]) from None
    return MappingProxyType(channels)


def _unusable(where: str, problem: str) -> InputError:
    return InputError(problem, where=where, remedy="the head of campaigns/channels.yaml explains every key.")


def channel_meant(written: str) -> str:
    """Return the channel that a word stands for, such as ``email`` for epost; empty for none."""
    return CALLED.get(written.strip().lower(), "")
