"""What an evaluation teaches about channels, in words with the evidence: which did more for whom."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import duckdb

from campaigns.language import for_translation as _
from campaigns.language import translations
from tasks.effect_steps import NOTHING, outwards, rounded
from tasks.estimation.holm import holm
from tasks.plain_words import PlainWords
from tasks.preview_words import Words
from tasks.segment_names import NONE, Labels, SegmentNames

SHOWN = 0.05
MOST = 3
APART = _(
    "%(less)s did less than %(more)s for the group “%(group)s”: %(few)s against %(many)s reached the result "
    "because of it (difference %(interval)s with 95 per cent certainty, about %(persons)s persons compared)."
)
APART_UNTOLD = _(
    "%(less)s did less than %(more)s for the group “%(group)s”. By how much is not shown, since it would tell of fewer "
    "than ten."
)


@dataclass(frozen=True)
class ChannelRow:
    """One row of ``effect_channel``; estimates are shares, or in the unit of the outcome, told in steps if above 0."""

    segment: str
    channels: str
    persons: int
    estimate: float
    standard_error: float
    step: float = 0.0


def read_channels(connection: duckdb.DuckDBPyConnection, run: str, look: int) -> list[ChannelRow]:
    """Return what one look found of each set of channels, for everybody and per group of people."""
    rows = connection.execute(
        "SELECT segment, channels, persons, estimate, standard_error, coalesce(step, 1) FROM effect_channel "
        "WHERE run = ? AND look = ? ORDER BY segment <> 'all', segment, channels",
        [run, look],
    ).fetchall()
    return [ChannelRow(*row) for row in rows]


def channels_apart(
    language: str, words: PlainWords, rows: Sequence[ChannelRow], labels: Labels = NONE
) -> Iterator[str]:
    """Give the clearest differences between two channels within one group, p adjusted for all pairs (Holm).

    The two groups share their control group, which makes p a little too large where the holdout is small: cautious.
    """
    pairs = [
        (one, other)
        for segment in dict.fromkeys(row.segment for row in rows)
        for one, other in combinations([row for row in rows if row.segment == segment], 2)
    ]
    adjusted = sorted(zip(holm([_p(*pair) for pair in pairs]), range(len(pairs)), strict=True))
    for p, place in adjusted[:MOST]:
        if p < SHOWN:
            yield _sentence(language, words, labels, *sorted(pairs[place], key=lambda row: row.estimate))
    if pairs and adjusted[0][0] >= SHOWN:
        _ = translations(language).gettext
        yield _("No channel was shown to do more than another: let some people get either by lot next time too.")


def _p(one: ChannelRow, other: ChannelRow) -> float:
    error = math.hypot(one.standard_error, other.standard_error)
    return math.erfc(abs(one.estimate - other.estimate) / error / math.sqrt(2)) if error else 1.0


def _sentence(language: str, words: PlainWords, labels: Labels, less: ChannelRow, more: ChannelRow) -> str:
    _, names = translations(language).gettext, Words(language)
    half, step = 1.96 * math.hypot(less.standard_error, more.standard_error), max(less.step, more.step)
    gap = more.estimate - less.estimate

    def channels(row: ChannelRow) -> str:
        return _(" and ").join(names.channel(name).lower() for name in row.channels.split("+"))

    told = {
        "less": channels(less),
        "more": channels(more),
        "group": SegmentNames(language, labels).name(less.segment),
        "few": words.level(rounded(less.estimate, step)),
        "many": words.level(rounded(more.estimate, step)),
        "interval": words.interval(*outwards(gap - half, gap + half, step)),
        "persons": words.written["number"](round(less.persons + more.persons, -1)),
    }
    text = _(APART_UNTOLD if step >= NOTHING else APART) % told
    return text[:1].upper() + text[1:]
