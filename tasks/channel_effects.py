"""What each channel did: those whose plan held the same channels, against the holdout of the same segments; pure.

Within a segment and household size chance decides both who is held out and who gets which of its plans
(:mod:`tasks.contrasts`), so the groups compare. The best of several channels is partly the luckiest: the shrunken
effect is the figure to choose by. Channels share their control groups, so their errors go together a little, which
shrinking ignores.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from tasks.channel_cells import ALL, told_cells
from tasks.contrasts import Group
from tasks.disclosure import SMALLEST_CELL
from tasks.estimate import Sums
from tasks.estimation import strata as strata_of
from tasks.estimation.holm import holm
from tasks.estimation.intervals import Difference
from tasks.estimation.shrinkage import Shrunken, shrink


@dataclass(frozen=True)
class ChannelEffect:
    """The effect of one set of channels in some segments, with the persons compared and the units treated."""

    segment: str
    channels: str
    persons: int
    control_persons: int
    units: float
    difference: Difference
    shrunken: Shrunken
    p_adjusted: float


def people_of(segment: str) -> str:
    """Return what a segment says of its people, without language, addresses and contacts left."""
    parts = segment.replace("|", "/").split("/")
    return "/".join(parts[: 2 if len(parts) > 3 else 1])


def by_people(treated: Sequence[Group], holdout: Sequence[Group], *, share: bool) -> list[ChannelEffect]:
    """Return the channels of everybody, then of each group of people that has at least two to compare and to tell.

    What would tell of fewer than ten beside the other rows, or the sizes of the groups, is left out.
    """
    found = channel_effects(treated, holdout, share=share)
    for people in sorted({people_of(group.segment) for group in treated}):
        mine = ([group for group in arm if people_of(group.segment) == people] for arm in (treated, holdout))
        rows = channel_effects(*mine, share=share, segment=people)
        found += rows if len(rows) > 1 else []
    told = told_cells(treated, holdout, [(row.segment, row.channels) for row in found], people_of)
    found = [row for row in found if (row.segment, row.channels) in told]
    alone = {name for name, rows in Counter(row.segment for row in found).items() if rows < 2 and name != ALL}
    return [row for row in found if row.segment not in alone]


def channel_effects(
    treated: Iterable[Group], holdout: Iterable[Group], *, share: bool, segment: str = "all"
) -> list[ChannelEffect]:
    """Return every set of channels that ten persons or more in each arm can be compared by, in alphabetical order."""
    control = {(group.segment, group.size): group for group in holdout if group.sums.units > 0}
    sets: dict[str, list[Group]] = {}
    for group in treated:
        if group.sums.units > 0 and group.exposure and (group.segment, group.size) in control:
            sets.setdefault("+".join(sorted(group.exposure)), []).append(group)
    found = {}
    for name in sorted(sets):
        one = _compare(sets[name], control, share)
        if one is not None:
            found[name] = one
    drawn = shrink([one[2].estimate for one in found.values()], [one[2].standard_error ** 2 for one in found.values()])
    adjusted = holm([one[2].p for one in found.values()])
    return (
        [
            ChannelEffect(
                segment, name, one[0], one[1], sum(group.sums.units for group in sets[name]), one[2], shrunken, p
            )
            for (name, one), shrunken, p in zip(found.items(), drawn, adjusted, strict=True)
        ]
        if found
        else []
    )


def _compare(
    groups: list[Group], control: Mapping[tuple[str, int], Group], share: bool
) -> tuple[int, int, Difference] | None:
    """Return persons of both arms and the difference, every stratum weighing by its treated units."""
    mine: dict[str, list[Sums]] = {}
    others: dict[str, Group] = {}
    for group in groups:
        name = f"{group.segment} {group.size}"
        mine.setdefault(name, []).append(group.sums)
        others[name] = control[group.segment, group.size]
    treated = {name: reduce(lambda one, other: one + other, sums) for name, sums in mine.items()}
    persons, control_persons = sum(group.persons for group in groups), sum(group.persons for group in others.values())
    if min(persons, control_persons) < SMALLEST_CELL:
        return None
    try:
        strata = strata_of.comparable(
            treated,
            {name: group.sums for name, group in others.items()},
            {name: s.units for name, s in treated.items()},
        )
        return persons, control_persons, strata_of.difference(strata, share=share)
    except ValueError:
        return None
