"""Every sequence of contacts that a person may get over the waves, and what each is expected to do; pure.

A *sequence* names one channel, or None, per wave: ``("email", None, "letter")``. Nobody contacted at all is not one of
them: it is what a plan leaves over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

LATER_CONTACT = 0.8
SAME_CHANNEL = 0.7
MOST_CONTACTS = 4
MOST_SEQUENCES = 20_000

Contacts = tuple[str | None, ...]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shape:
    """All sequences over given channels, the most preferred of equals first.

    ``pairs`` are the (wave, channel) that can be used; ``use`` and ``weight`` are matrices of one row per sequence and
    one column per pair: 1 where it is used, and the share of a first contact's response that it is worth there.
    """

    pairs: tuple[tuple[int, str], ...]
    sequences: tuple[Contacts, ...]
    use: Floats
    weight: Floats

    def responses(self, rates: Floats) -> Floats:
        """Return the share who act, cells × sequences, given the rate of every pair, cells × pairs.

        1 − ∏ⱼ(1 − rⱼ·dʲ⁻¹·gᵏ) for the jth contact, the kth repeat of its channel: contacts act independently, and each
        later one (d = 0.8) and each repeat of a channel (g = 0.7) less. d and g are assumptions until experiments with
        several waves replace them.
        """
        silent = np.ones((rates.shape[0], len(self.sequences)))
        for pair in range(len(self.pairs)):
            silent *= 1.0 - np.outer(rates[:, pair], self.weight[:, pair])
        return 1.0 - silent


@cache
def shape_of(channels: tuple[tuple[str, ...], ...], contacts: int) -> Shape:
    """Return the sequences over ``channels``, the names usable in each wave, with at most ``contacts`` contacts.

    At most four contacts are planned per campaign, and fewer where the waves are so many that the sequences would be
    more than 20,000.
    """
    most = min(contacts, MOST_CONTACTS, len(channels))
    while most > 1 and _number(channels, most) > MOST_SEQUENCES:
        most -= 1
    pairs = tuple((wave, name) for wave, names in enumerate(channels) for name in names)
    sequences = tuple(_sequences(channels, most))
    use, weight = (np.zeros((len(sequences), len(pairs))) for _ in range(2))
    column = {pair: number for number, pair in enumerate(pairs)}
    for row, sequence in enumerate(sequences):
        for wave, name, worth in worths(sequence):
            use[row, column[wave, name]] = 1.0
            weight[row, column[wave, name]] = worth
    return Shape(pairs, sequences, use, weight)


def worths(sequence: Contacts) -> Iterator[tuple[int, str, float]]:
    """Yield wave, channel and worth of every contact: the share of a first contact's response that it brings."""
    before: list[str] = []
    for wave, name in enumerate(sequence):
        if name is not None:
            yield wave, name, LATER_CONTACT ** len(before) * SAME_CHANNEL ** before.count(name)
            before.append(name)


def _number(channels: Sequence[Sequence[str]], most: int) -> int:
    counts = [1] + [0] * most
    for names in channels:
        counts = [counts[n] + (counts[n - 1] * len(names) if n else 0) for n in range(most + 1)]
    return sum(counts) - 1


def _sequences(channels: Sequence[Sequence[str]], most: int) -> Iterator[Contacts]:
    for contacts in range(1, most + 1):
        for waves in combinations(range(len(channels)), contacts):
            for names in product(*(channels[wave] for wave in waves)):
                placed = dict(zip(waves, names, strict=True))
                yield tuple(placed.get(wave) for wave in range(len(channels)))
