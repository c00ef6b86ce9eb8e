"""Channels that address nobody and meet a share of everybody: which of them are worth their price; pure.

A person who meets posters or posts acts because of them with the channel's believed rate, independently of the messages
addressed to them. So a set of broadcast channels that together move a share b of everybody leaves 1 − b of what the
addressed plan does: total = b·N + (1 − b)·V(budget − price), and the best set is found by trying every one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod


@dataclass(frozen=True)
class Broadcast:
    """A broadcast channel: the share of the audience that meets it, the share of those who act, and its price."""

    channel: str
    audience_share: float
    rate: float
    sek: float
    co2_kg: float


def share_moved(channels: Sequence[Broadcast]) -> float:
    """Return the share of everybody who act because of at least one of the channels."""
    return 1.0 - prod(1.0 - channel.audience_share * channel.rate for channel in channels)


def best_broadcasts(
    offered: Sequence[Broadcast], persons: int, sek: float, co2_kg: float, value: Callable[[float, float], float | None]
) -> tuple[Broadcast, ...]:
    """Return the set of broadcast channels that, with the addressed plan, does the most good.

    ``value`` tells what the addressed plan does with the kronor and kilograms left, None where the floors cannot then
    be kept. Of equals the smaller set, then the one named first.
    """
    best: tuple[float, tuple[Broadcast, ...]] | None = None
    for number in range(len(offered) + 1):
        for chosen in combinations(offered, number):
            left_sek, left_co2 = sek - sum(c.sek for c in chosen), co2_kg - sum(c.co2_kg for c in chosen)
            addressed = value(left_sek, left_co2) if min(left_sek, left_co2) >= 0 else None
            if addressed is None:
                continue
            moved = share_moved(chosen)
            total = moved * persons + (1.0 - moved) * addressed
            if best is None or total > best[0] + 1e-9:
                best = (total, chosen)
    return best[1] if best else ()
