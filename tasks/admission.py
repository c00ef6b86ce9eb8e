"""Which channels a person may get, and which come next where one turns out not to reach them; pure."""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from campaigns.brief import Brief
from campaigns.channels import Channel, load_channels


class Admission(NamedTuple):
    """What people with these usable addresses, message language and need of easy reading may get.

    ``options`` are channel names joined by plus signs; ``fallback`` every usable channel, printed ones last.
    """

    reach: str
    language: str
    easy_read: bool
    options: str
    by_household: bool
    fallback: tuple[str, ...]


def addressed_channels(brief: Brief) -> list[Channel]:
    """Return the brief's channels that need an address."""
    known = load_channels()
    return [known[name] for name in brief.channels if name in known and known[name].address_kind]


def shares_letters(channel: Channel, brief: Brief) -> bool:
    """Return whether one message of the channel serves a household: not where both guardians must act."""
    return channel.per_household and not brief.both_guardians


def admissions(brief: Brief, reaches: Sequence[str]) -> list[Admission]:
    """Return one row per combination of usable addresses, language of the brief and need of easy reading."""
    rows = []
    for reach, language, easy_read in product(reaches, brief.languages, (False, True)):
        usable = [
            channel for channel in addressed_channels(brief)
            if channel.address_kind in reach.split("+") and channel.carries(language, easy_read)
        ]  # fmt: skip
        options = admitted(usable, brief)
        rows.append(
            Admission(
                reach=reach,
                language=language,
                easy_read=easy_read,
                options="+".join(channel.name for channel in options),
                by_household=any(shares_letters(channel, brief) for channel in options),
                fallback=tuple(channel.name for channel in sorted(usable, key=lambda channel: channel.print)),
            )
        )
    return rows


def admitted(usable: Sequence[Channel], brief: Brief) -> list[Channel]:
    """Return the channels that may be planned: printed ones only where nothing digital is usable, unless the brief
    says ``print_for: anyone`` (P4f)."""
    digital = [channel for channel in usable if channel.digital]
    return list(usable) if brief.print_for == "anyone" or not digital else digital
