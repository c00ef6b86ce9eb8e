"""How many persons, how much money and carbon dioxide a run is planned for, with small groups withheld."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import duckdb

from tasks import later_group, runs, store
from tasks.disclosure import hidden_cells, sum_may_be_shown
from tasks.hidden_figures import Name, hidden_figures
from tasks.profile_cells import APPROACHED, standings
from tasks.segment_names import SegmentNames


@dataclass(frozen=True)
class Figures:
    """Persons by wave and standing, and the plan by channel; ``withheld``: the sums would give away a small group.

    ``later``: wave, start and persons of those who get the message later.
    """

    waves: list[dict[str, Any]]
    plan: list[dict[str, Any]]
    withheld: bool
    later: list[dict[str, Any]]


def standing_counts(connection: duckdb.DuckDBPyConnection, run: str) -> dict[str, dict[str, int]]:
    """Return persons per wave and standing: excluded by reason, held out, or meant to get the message.

    Whom the plan could not reach is still meant to get it, so the counts stay the same once channels are planned.
    """
    waves: dict[str, Counter[str]] = {}
    for wave, standing, persons in connection.execute(store.statement("audience/standings"), {"run": run}).fetchall():
        waves.setdefault(wave, Counter())[standing] += persons
    return {wave: dict(counts) for wave, counts in waves.items()}


def figures(connection: duckdb.DuckDBPyConnection, run: runs.Run, language: str) -> Figures:
    """Return persons, money and carbon dioxide of a run as they may be shown, small groups withheld."""
    waves = _waves(connection, run)
    told = {wave["wave"]: dict(wave["standings"]).get(APPROACHED, 0) for wave in waves}
    plan = _plan(
        connection,
        run.run,
        SegmentNames(language, run.brief.labels),
        lambda wave: told.get(wave, 0) is not None,
        hidden_figures(connection, run.run),
    )
    withheld = any(channel["persons"] is None for channel in plan)
    return Figures(waves, plan, withheld, later_group.told_later(connection, run))


def _waves(connection: duckdb.DuckDBPyConnection, run: runs.Run) -> list[dict[str, Any]]:
    """Return the persons of each wave by standing; counts that would give away fewer than ten are withheld."""
    counts = standing_counts(connection, run.run)
    waves = []
    for wave in (wave.name for wave in run.brief.waves if wave.name in counts):
        *shown, (_, total) = standings(counts[wave])
        waves.append({"wave": wave, "total": total, "standings": shown})
    return waves


def _plan(
    connection: duckdb.DuckDBPyConnection,
    run: str,
    names: SegmentNames,
    tells_approached: Callable[[str], bool],
    hidden: Collection[Name] = (),
) -> list[dict[str, Any]]:
    """Return each wave's channels, each with its segments; money and carbon of a withheld group are withheld too.

    Where the audience's table withholds for how many it is meant, the channels, which add up to it, are silent too.
    ``hidden`` are the counts that would tell a small group beside those of other pages.
    """
    rows = connection.execute(store.statement("previews/plan"), {"run": run}).fetchall()
    plan: list[dict[str, Any]] = []
    for wave, wave_rows in groupby(rows, key=lambda row: row[0]):
        channels = [_channel(list(group), names, hidden) for _, group in groupby(wave_rows, key=lambda row: row[2])]
        shown = _withheld([channel["persons"] for channel in channels])
        if not tells_approached(wave):
            shown = [None if channel["persons"] else 0 for channel in channels]
        for channel, count in zip(channels, shown, strict=True):
            untold = (wave, "channel", channel["channel"]) in hidden
            plan.append(_told(channel, None if untold else count))
    return plan


def _channel(rows: Sequence[tuple[Any, ...]], names: SegmentNames, hidden: Collection[Name]) -> dict[str, Any]:
    wave, _, channel, *_ = rows[0]
    to_persons = [row for row in rows if row[3]]
    shown = _withheld([row[3] for row in to_persons])
    told = sum_may_be_shown([row[3] for row, count in zip(to_persons, shown, strict=True) if count is None])
    shown = [
        None if (wave, "segment", f"{channel} {row[1]}") in hidden else count
        for row, count in zip(to_persons, shown, strict=True)
    ]
    return {
        "wave": wave,
        "channel": channel,
        "persons": sum(row[3] for row in rows),
        "sek": sum(row[4] for row in rows),
        "co2_kg": sum(row[5] for row in rows),
        "reasons": list(dict.fromkeys(line for row in to_persons for line in row[6].splitlines())),
        "once": [(row[6], row[4]) for row in rows if not row[3] and row[6]],
        "told": [row[1] for row, count in zip(to_persons, shown, strict=True) if told and count is not None],
        "segments": _largest_first(
            (names.name(row[1]), count, *((None, None) if count is None else row[4:6]))
            for row, count in zip(to_persons, shown, strict=True)
            if told
        ),
    }


def _largest_first(segments: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return segments by size, the hidden last by name: their order must not tell their sizes."""
    return sorted(segments, key=lambda segment: (-(segment[1] or 0), segment[0]))


def _told(channel: dict[str, Any], count: int | None) -> dict[str, Any]:
    """Return a channel as it may be shown: where its persons are withheld, so is all that would tell them."""
    withheld: dict[str, Any] = {"persons": count, "sek": None, "co2_kg": None, "segments": [], "told": []}
    return channel if count is not None else channel | withheld


def _withheld(counts: Sequence[int]) -> list[int | None]:
    """Return counts whose sum is shown, None for those that are hidden."""
    hidden = hidden_cells([[count] for count in counts])
    return [None if position in hidden else count for position, count in enumerate(counts)]
