"""The plan of contacts: how many of whom get which sequence of channels over the waves; pure.

A *cell* is a group of like units (persons, or households that share one letter). The plan maximises the expected
number of persons who act, subject to kronor, carbon dioxide, the capacity of channels, set-up costs, and a floor of
reach per group. It is a linear programme solved by column generation (``tasks.plan_programme``) and then put into whole
units (``tasks.whole_units``). Same input in any order, same plan.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import floor

from tasks.contact_sequences import Contacts

__all__ = ["Cell", "Contacts", "Infeasible", "Limits", "Option", "Plan", "Setup", "demands", "solve"]


@dataclass(frozen=True)
class Option:
    """One contact with one unit through a channel.

    ``rate`` is the share of persons who act because of it, ``messages`` how many messages it takes; kronor and
    kilograms are for all of them.
    """

    channel: str
    rate: float
    cost_sek: float
    co2_kg: float
    messages: int = 1


@dataclass(frozen=True)
class Cell:
    """Like units: ``size`` persons each, of whom ``groups`` says how many belong to each group with a floor.

    ``waves`` holds the options of each wave, ``contacts`` the most contacts that a unit may get.
    """

    name: str
    units: int
    size: int
    groups: Mapping[str, int]
    waves: tuple[tuple[Option, ...], ...]
    contacts: int
    language: str = ""

    @property
    def is_reachable(self) -> bool:
        """Whether any channel may be used in any wave."""
        return self.contacts > 0 and any(self.waves)

    def options(self) -> dict[tuple[int, str], Option]:
        """Return the option of every wave and channel."""
        return {(wave, option.channel): option for wave, options in enumerate(self.waves) for option in options}


@dataclass(frozen=True)
class Setup:
    """What using a channel costs once: for everybody, or, with a language, for its translation."""

    channel: str
    language: str | None
    sek: float
    co2_kg: float


@dataclass(frozen=True)
class Limits:
    """What there is: kronor, kilograms, messages per (wave, channel), and the least share of each group to reach.

    ``needed``, where given, says how many persons of each group must be reached, in place of the shares.
    """

    sek: float
    co2_kg: float
    floors: Mapping[str, float] = field(default_factory=dict)
    capacity: Mapping[tuple[int, str], float] = field(default_factory=dict)
    setups: Sequence[Setup] = ()
    max_min: bool = False
    needed: Mapping[str, int] | None = None

    def having_paid(self, setups: Iterable[Setup]) -> "Limits":
        """Return what is left when these set-ups are paid and no other can be."""
        paid = list(setups)
        sek, co2_kg = sum(setup.sek for setup in paid), sum(setup.co2_kg for setup in paid)
        return replace(self, sek=self.sek - sek, co2_kg=self.co2_kg - co2_kg, setups=())


@dataclass(frozen=True)
class Plan:
    """Units by cell and sequence, what they are expected to do and to cost, and the certificate of the optimum.

    ``effect`` is of the whole units; ``bound`` is what no plan can exceed, so ``gap`` is the share that rounding and
    set-up costs may have lost; ``duality_gap`` is that of the linear programme alone. ``opened`` are the set-ups paid.
    """

    units: Mapping[tuple[str, Contacts], int]
    effect: float
    sek: float
    co2_kg: float
    bound: float
    duality_gap: float
    opened: tuple[Setup, ...] = ()

    @property
    def gap(self) -> float:
        """Return how far the plan may be from the best one, as a share of it."""
        return max(self.bound - self.effect, 0.0) / self.bound if self.bound else 0.0


class Infeasible(Exception):
    """No plan keeps every floor within the limits."""


def solve(cells: Sequence[Cell], limits: Limits) -> Plan:
    """Return the best plan in whole units; raises Infeasible where none keeps the floors within the limits."""
    from tasks.plan_programme import Programme
    from tasks.whole_units import in_whole_units

    programme = Programme(cells, limits)
    return in_whole_units(programme, programme.best())


def demands(cells: Iterable[Cell], floors: Mapping[str, float]) -> dict[str, int]:
    """Return how many persons of each group must be reached: the share of those whom some channel reaches, upwards."""
    addressable = dict.fromkeys(floors, 0)
    for cell in cells:
        if cell.is_reachable:
            for group in cell.groups.keys() & addressable.keys():
                addressable[group] += cell.groups[group] * cell.units
    return {group: -floor(-share * addressable[group] + 1e-9) for group, share in floors.items()}
