"""The step of every effect in an evaluation's answer, from the counts that only the evaluation knows; pure."""

from typing import TYPE_CHECKING, Any

from tasks.disclosure import share_tells_few
from tasks.effect_steps import EXACT, step_of
from tasks.told_effects import Counts, family_steps

if TYPE_CHECKING:
    from tasks.channel_effects import ChannelEffect
    from tasks.evaluation_answer import Evidence
    from tasks.group_effects import Arms

Found = dict[str, Any]


def with_steps(evidence: "Evidence", found: Found) -> Found:
    """Add ``step`` to the effects of everybody, of measures and of groups: 0 where ten or more acted, and did not.

    Where an arm tells of few, so does the level of everybody beside the effect: ``objective.few``.
    """
    whole = _whole(evidence, "treated"), _whole(evidence, "holdout")
    of_people = evidence.share and found["unit"] != "area"
    treated, holdout = found["arms"]
    treated["step"] = step_of(*whole, level=found["look_level"]) if of_people and _compared(treated) else EXACT
    if evidence.share and holdout["observed_households"]:
        found["objective"]["few"] |= any(share_tells_few(*arm) for arm in whole)
    for kpi in found["kpis"]:
        kpi["step"] = _of_measure(kpi, found) if kpi["share"] and found["unit"] != "area" and _compared(kpi) else EXACT
    families = [[(row, _of_arms(one.arms)) for row, one in zip(found["segments"], evidence.segments, strict=True)]]
    rows = iter(found["groups"])
    families += [[(next(rows), _of_arms(one.arms)) for one in effects] for effects in evidence.groups.values()]
    for family in families:
        _fill(family, whole if of_people else None)
    channels = [(row, _of_channel(one)) for row, one in zip(found["channels"], evidence.channels, strict=True)]
    _fill(channels if of_people else [], None)
    for row in (*found["segments"], *found["groups"], *found["channels"]):
        row.setdefault("step", EXACT)
    return found


def _fill(family: list[tuple[Found, tuple[Counts, Counts]]], whole: tuple[Counts, Counts] | None) -> None:
    steps = family_steps([counts for _, counts in family], whole)
    for (row, _), step in zip(family, steps, strict=True):
        row["step"] = step


def _compared(row: Found) -> bool:
    return row["effect"] is not None


def _whole(evidence: "Evidence", arm: str) -> Counts:
    rows = [row for row in evidence.sums if row[1] == arm]
    return sum(row[4] or 0 for row in rows), sum(row[3] or 0 for row in rows)


def _of_measure(kpi: Found, found: Found) -> float:
    """Return the step of a measure, whose arms are as large as the objective's where nothing else is known of them."""
    treated, holdout = found["arms"]
    units = kpi.get("households", treated["observed_households"])
    control = kpi.get("control_households", holdout["observed_households"])
    counts = (kpi["level"] * units, units), (kpi["control_level"] * control, control)
    return step_of(*counts, level=found["look_level"])


def _of_arms(arms: "Arms") -> tuple[Counts, Counts]:
    return (arms.treated.total, arms.treated.units), (arms.control.total, arms.control.units)


def _of_channel(one: "ChannelEffect") -> tuple[Counts, Counts]:
    """Return the counts of both arms; the control group is told by persons, who are at least as many as its units."""
    level, control = one.difference.level, one.difference.control_level
    return (level * one.units, one.units), (control * one.control_persons, one.control_persons)
