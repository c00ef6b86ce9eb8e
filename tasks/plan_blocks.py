"""Cells of one shape side by side: what every sequence does, costs and is charged, as matrices; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.contact_plan import Cell, Setup
from tasks.contact_sequences import Floats, Shape, shape_of

PREFERENCE = 1e-9
GROUPS_FIRST = 1e-7
Row = tuple[str, Any]
BUDGET: Row = ("budget", None)
CARBON: Row = ("carbon", None)


@dataclass(frozen=True)
class Aim:
    """What is maximised; with a minus, what is to be small. ``messages`` are those of one (wave, channel)."""

    effect: float = 0.0
    sek: float = 0.0
    co2_kg: float = 0.0
    messages: tuple[int, str] | None = None
    level: float = 0.0
    shortfall: float = 0.0


EFFECT, LEVEL, NO_SHORTFALL = Aim(effect=1.0), Aim(level=1.0), Aim(shortfall=-1.0)


@dataclass(eq=False)
class Block:
    """Cells of one shape, with figures per unit, cells × sequences; ``messages`` is cells × pairs."""

    shape: Shape
    cells: list[int]
    effect: Floats
    sek: Floats
    co2_kg: Floats
    messages: Floats
    members: Floats
    setups: Floats

    def amounts(self, row: int, sequence: int) -> tuple[float, float, float]:
        """Return persons who act, kronor and kilograms of one unit of the cell in a row, given a sequence."""
        return float(self.effect[row, sequence]), float(self.sek[row, sequence]), float(self.co2_kg[row, sequence])

    def taken(self, row: int, sequence: int, pair: tuple[int, str]) -> float:
        """Return how many messages of a (wave, channel) one unit takes with a sequence."""
        if pair not in self.shape.pairs:
            return 0.0
        place = self.shape.pairs.index(pair)
        return float(self.messages[row, place] * self.shape.use[sequence, place])

    def gains(self, aim: Aim, rows: int | slice = slice(None)) -> Floats:
        """Return what a unit is worth to an aim, per sequence.

        Of equals, units of the groups with floors are worth a trifle more, and among sequences the first.
        """
        preferred = 1 - PREFERENCE * np.arange(len(self.shape.sequences)) / len(self.shape.sequences)
        members = np.minimum(self.members[rows].sum(axis=-1, keepdims=True), 1.0)
        gains: Floats = aim.effect * self.effect[rows] * (preferred + GROUPS_FIRST * members)
        gains = gains + aim.sek * self.sek[rows] + aim.co2_kg * self.co2_kg[rows]
        if aim.messages in self.shape.pairs:
            pair = self.shape.pairs.index(aim.messages)
            gains = gains - np.multiply.outer(self.messages[rows, pair], self.shape.use[:, pair])
        return gains

    def charges(self, prices: Mapping[Row, float], groups: Sequence[str], setups: Sequence[Setup]) -> Floats:
        """Return what the rows charge a unit for each sequence, cells × sequences; a floor's charge is a credit."""
        capacity = np.array([prices.get(("capacity", pair), 0.0) for pair in self.shape.pairs])
        floors = np.array([prices["floor", group] + prices["level", group] for group in groups])
        total = prices[BUDGET] * self.sek + prices[CARBON] * self.co2_kg
        total = total + (self.messages * capacity) @ self.shape.use.T + (self.members @ floors)[:, None]
        for number, setup in enumerate(setups):
            used = np.array([setup.channel in sequence for sequence in self.shape.sequences], dtype=float)
            total = total + prices["setup", number] * np.outer(self.setups[:, number], used)
        return np.asarray(total)


def blocks_of(cells: Sequence[Cell], groups: Sequence[str], setups: Sequence[Setup]) -> Iterator[Block]:
    """Yield the cells by shape, numbered as they are given; groups and setups in the order of the matrices."""
    by_shape: dict[tuple[tuple[tuple[str, ...], ...], int], list[int]] = {}
    for number, cell in enumerate(cells):
        names = tuple(tuple(option.channel for option in options) for options in cell.waves)
        by_shape.setdefault((names, min(cell.contacts, len(names))), []).append(number)
    for (names, contacts), members in by_shape.items():
        shape = shape_of(names, contacts)
        options = [[cells[number].options()[pair] for pair in shape.pairs] for number in members]
        figures = {
            name: np.array([[float(getattr(option, name)) for option in row] for row in options])
            for name in ("rate", "cost_sek", "co2_kg", "messages")
        }
        sizes = np.array([[float(cells[number].size)] for number in members])
        concerned = [[setup.language in (None, cells[number].language) for setup in setups] for number in members]
        yield Block(
            shape=shape,
            cells=members,
            effect=shape.responses(figures["rate"]) * sizes,
            sek=figures["cost_sek"] @ shape.use.T,
            co2_kg=figures["co2_kg"] @ shape.use.T,
            messages=figures["messages"],
            members=np.array([[float(cells[number].groups.get(group, 0)) for group in groups] for number in members]),
            setups=np.array(concerned, dtype=float).reshape(len(members), len(setups)),
        )
