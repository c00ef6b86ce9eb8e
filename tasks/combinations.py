"""Combinations of what a text may branch on: those that a brief declares, and those that occur among a run's people."""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import duckdb

from campaigns.brief import Brief
from campaigns.channels import load_channels
from tasks import store


class Combination(NamedTuple):
    """What a text may branch on; ``facts`` are the declared ones as sorted pairs."""

    wave: str
    channel: str
    language: str
    facts: tuple[tuple[str, str], ...]


def declared_combinations(brief: Brief) -> list[Combination]:
    """Return every combination that the brief allows, each wave and language of a channel without addresses once.

    Such a channel speaks to everybody: it gets the first value of each fact, and its text may branch on ``channel``.
    """
    found = []
    for wave, channel, language in product(brief.waves, written_channels(brief), brief.languages):
        values = [[(fact.name, value) for value in fact.values] for fact in sorted(brief.facts, key=lambda f: f.name)]
        each = [first_facts(brief)] if channel in open_channels(brief) else [tuple(pairs) for pairs in product(*values)]
        found += [Combination(wave.name, channel, language, pairs) for pairs in each]
    return found


def written_channels(brief: Brief) -> list[str]:
    """Return the brief's channels that carry texts of ours: not those that a person orders."""
    channels = load_channels()
    return [name for name in brief.channels if name in channels and not channels[name].by_hand]


def open_channels(brief: Brief) -> list[str]:
    """Return the brief's channels that need no address and that Budkavle fills itself, such as the city's web."""
    rows = [load_channels()[name] for name in brief.channels if name in load_channels()]
    return [channel.name for channel in rows if channel.address_kind is None and not channel.by_hand]


def first_facts(brief: Brief) -> tuple[tuple[str, str], ...]:
    """Return the first value of every declared fact, as sorted pairs."""
    return tuple(sorted((fact.name, fact.values[0]) for fact in brief.facts))


def occurring_combinations(connection: duckdb.DuckDBPyConnection, run: str, brief: Brief) -> list[Combination]:
    """Return the combinations that this run's assigned persons have, and those of its channels without addresses."""
    rows = connection.execute(store.statement("variants/combinations"), {"run": run}).fetchall()
    people = [_combination(*row) for row in rows]
    channels = open_channels(brief)
    planned = connection.execute(store.statement("variants/open_waves"), {"run": run, "channels": channels}).fetchall()
    waves = planned or [(brief.waves[-1].name, channel) for channel in channels]
    everybody = [
        Combination(wave, channel, language, first_facts(brief))
        for (wave, channel), language in product(waves, brief.languages)
    ]
    return [*people, *everybody]


def audience_combinations(
    connection: duckdb.DuckDBPyConnection, run: str, channels: Sequence[str]
) -> list[Combination]:
    """Return the combinations that persons of this run's audience have, for each of the channels."""
    values = {"run": run, "channels": list(channels)}
    rows = connection.execute(store.statement("variants/audience_combinations"), values).fetchall()
    return [_combination(*row) for row in rows]


def _combination(wave: str, channel: str, language: str, facts: list[dict[str, str]] | None) -> Combination:
    return Combination(wave, channel, language, tuple((pair["key"], pair["value"]) for pair in facts or []))
