"""Which sets of channels may be told of which people, so that no few follow from sums and differences; pure.

The persons of everybody with some channels are those of all groups of people with them, and those of a group are told
by other tables too. So the counts are put one after the other to :class:`tasks.inference_audit.Audit`, everybody's
first, in each arm: what would tell of fewer than ten beside those before it is told nowhere.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from tasks.contrasts import Group
from tasks.disclosure import SMALLEST_CELL
from tasks.inference_audit import Audit

Cell = tuple[str, str]
"""What a segment says of its people, or all; channels joined by +, or nothing for all of them."""
ALL, ANY = "all", ""


def told_cells(
    treated: Sequence[Group], holdout: Sequence[Group], cells: Iterable[Cell], people_of: Callable[[str], str]
) -> set[Cell]:
    """Return which cells, each of ten or more in both arms, may be told of everybody ``treated`` and in the holdout."""
    control = {(group.segment, group.size): place for place, group in enumerate(holdout) if group.sums.units > 0}
    of_treated, of_control = _totals(treated, people_of), _totals(holdout, people_of)
    for place, group in enumerate(treated):
        if group.sums.units > 0 and group.exposure and (group.segment, group.size) in control:
            channels = "+".join(sorted(group.exposure))
            for name in ((ALL, channels), (people_of(group.segment), channels)):
                of_treated.setdefault(name, set()).add(place)
                of_control.setdefault(name, set()).add(control[group.segment, group.size])
    audits = [_audit(treated, of_treated), _audit(holdout, of_control)]
    order = sorted(cells, key=lambda cell: (cell[0] != ALL, cell))
    return {cell for cell in order if all([audit.publish(cell) for audit in audits])}


def _totals(groups: Sequence[Group], people_of: Callable[[str], str]) -> dict[Cell, set[int]]:
    """Return the groups that everybody, each kind of people and each segment hold, which other tables tell."""
    found: dict[Cell, set[int]] = {}
    for place, group in enumerate(groups):
        for name in ((ALL, ANY), (people_of(group.segment), ANY), (f"segment {group.segment}", ANY)):
            found.setdefault(name, set()).add(place)
    return found


def _audit(groups: Sequence[Group], members: Mapping[Cell, set[int]]) -> Audit:
    """Return an audit to which all totals of ten or more are known."""
    audit = Audit([group.persons for group in groups], members)
    for name, places in members.items():
        if name[1] == ANY and sum(groups[place].persons for place in places) >= SMALLEST_CELL:
            audit.publish(name, always=True)
    return audit
