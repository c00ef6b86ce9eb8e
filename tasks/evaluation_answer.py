"""The answer of an evaluation: what every part of it found, as figures, verdicts and plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tasks import arm_counts, looks, runs, verdicts
from tasks.answer_steps import with_steps
from tasks.arm_effects import ArmEffect, adjusted_p
from tasks.channel_effects import ChannelEffect
from tasks.group_effects import GroupEffect, equity
from tasks.planned_looks import anytime_interval, look_interval, look_level, power_reached

Found = dict[str, Any]
NO_RATIO: Found = dict.fromkeys(("ratio", "ratio_low", "ratio_high"))


@dataclass
class Evidence:
    """Everything that one look found, before it is put into words; ``effects`` begins with the objective's.

    ``is_late`` says that the results were observed after the day of the look.
    """

    run: runs.Run
    look: int
    observed_on: date
    sums: Sequence[tuple[Any, ...]]
    effects: list[ArmEffect]
    sample_ratio_p: float | None
    segments: Sequence[GroupEffect]
    groups: Mapping[str, Sequence[GroupEffect]]
    channels: Sequence[ChannelEffect]
    costs: Mapping[str, tuple[float, float]]
    trend: Sequence[Found]
    reached: float
    share: bool
    is_late: bool
    drawn: int = field(init=False)

    def __post_init__(self) -> None:
        self.drawn = sum(row[12] for row in self.sums)


def describe(evidence: Evidence) -> Found:
    """Return the answer without its words; without a control group it holds levels and a trend but claims no effect."""
    brief = evidence.run.brief
    level = look_level(brief.schedule.start, looks.comparing_times(evidence.run), evidence.look)
    adjusted = adjusted_p(evidence.effects)
    arms = {
        arm: arm_counts.counted(arm, brief.objective.unit, [row for row in evidence.sums if row[1] == arm])
        for arm in ("treated", "holdout")
    }
    effect = evidence.effects[0]
    treated = arms["treated"] | _figures(evidence, effect, adjusted[0], level)
    holdout = arms["holdout"]
    was_held_out = holdout["observed_households"] > 0
    if effect.difference:
        treated["level"], holdout["level"] = effect.difference.level, effect.difference.control_level
    elif was_held_out:  # too few: beside that of all, the level of one arm gives the other's away
        treated["level"] = holdout["level"] = None
    found = verdicts.describe(evidence.run, evidence.look, [treated, holdout], effect, evidence.reached)
    found["objective"]["few"] = verdicts.tells_few(evidence.sums)
    shown = treated["verdict"] != "not_shown"
    parts = {
        "claim": _claim(effect, shown, was_held_out=was_held_out),
        "kpis": _measures(evidence, adjusted, level),
        "segments": [_segment(evidence, row) for row in evidence.segments],
        "groups": [_group(evidence, dimension, row) for dimension, rows in evidence.groups.items() for row in rows],
        "equity": _equity(evidence, shown),
        "channels": [_channel(evidence, row) for row in evidence.channels],
        "trend": list(evidence.trend),
    }
    return _doubted(with_steps(evidence, found | _basis(evidence, level) | parts), evidence.is_late)


def _basis(evidence: Evidence, level: float) -> Found:
    """Return what the claim rests on."""
    effect, objective = evidence.effects[0], evidence.run.brief.objective
    detectable, power = None, None
    if effect.difference:
        detectable, power = power_reached(effect.difference, objective.target - objective.baseline, level)
    return {
        "observed_on": evidence.observed_on.isoformat(),
        "look_level": level,
        "sample_ratio_p": evidence.sample_ratio_p,
        "balance_p": effect.balance_p,
        "covariates": list(effect.rows.covariates),
        "raked": effect.rows.raked,
        "pairs": len(evidence.run.design.get("pairs") or ()),
        "minimum_detectable_effect": detectable,
        "power": power,
    }


def _claim(effect: ArmEffect, shown: bool, *, was_held_out: bool) -> str:
    """Return what may be claimed; ``was_held_out`` tells whether anybody of the control group has been observed."""
    if effect.difference is None:
        return "too_few" if was_held_out else "no_control"
    return "effect" if shown else "no_effect_shown"


def _doubted(found: Found, is_late: bool) -> Found:
    """Add the doubts that only the whole answer tells."""
    if found["claim"] == "no_control" and len(found["trend"]) > 1:
        found["doubts"].append(verdicts.doubt("trend_only"))
    if found["power"] is not None and found["power"] < 0.8 and found["claim"] == "no_effect_shown":
        found["doubts"].append(verdicts.doubt("little_power", power=found["power"]))
    if is_late:
        found["doubts"].append(verdicts.doubt("late_observations"))
    return found


def _figures(evidence: Evidence, effect: ArmEffect, adjusted: float | None, level: float, way: int = 0) -> Found:
    """Return the figures of one outcome; ``way`` is the direction in which it should move, the objective's if 0."""
    found, complier = effect.difference, effect.complier
    figures = verdicts.figures(found) | NO_RATIO | {"p_adjusted": adjusted, "verdict": "not_shown"}
    figures |= dict.fromkeys(("look_low", "look_high", "anytime_low", "anytime_high"))
    if found is not None and adjusted is not None:
        figures |= {"ratio": found.ratio, "ratio_low": found.ratio_low, "ratio_high": found.ratio_high}
        figures["look_low"], figures["look_high"] = look_interval(found, level)
        drawn = max(evidence.drawn, effect.clusters)
        figures["anytime_low"], figures["anytime_high"] = anytime_interval(found, effect.clusters, drawn)
        if adjusted < level:
            better = (way or verdicts.direction(evidence.run.brief.objective)) * found.estimate > 0
            figures["verdict"] = "better" if better else "worse"
    told = {"effect": complier.effect, "standard_error": complier.standard_error} if complier else None
    return figures | {"complier_effect": told}


def _measures(evidence: Evidence, adjusted: Sequence[float | None], level: float) -> list[Found]:
    rows = []
    for effect, p in list(zip(evidence.effects, adjusted, strict=True))[1:]:
        kpi = evidence.run.brief.measured[effect.outcome]
        figures = _figures(evidence, effect, p, level, 1 if kpi.better == "higher" else -1)
        levels = {name: getattr(effect.difference, name, None) for name in ("level", "control_level")}
        named = {"outcome": effect.outcome, "name": kpi.name, "stage": kpi.stage, "share": effect.share}
        rows.append(named | {"few": effect.few} | effect.sizes | levels | figures)
    return rows


def _segment(evidence: Evidence, row: GroupEffect) -> Found:
    arms, level = row.arms, {"level": row.difference.level, "control_level": row.difference.control_level}
    sizes = {"persons": arms.persons, "control_persons": arms.control_persons}
    sizes |= {"households": arms.treated.clusters, "control_households": arms.control.clusters}
    objective, figures = evidence.run.brief.objective, verdicts.figures(row.difference)
    verdict = verdicts.verdict(objective, row.shrunken.low, row.shrunken.estimate, row.shrunken.high)
    told = {"segment": row.group, **sizes, **level, "verdict": verdict}
    return told | figures | verdicts.shrunken(row.shrunken, share=evidence.share)


def _group(evidence: Evidence, dimension: str, row: GroupEffect) -> Found:
    sizes = {"persons": row.arms.persons, "control_persons": row.arms.control_persons}
    gap = {"gap": row.gap, "gap_p_adjusted": row.gap_p_adjusted, "standing": row.standing}
    start, shrunken = (
        {"dimension": dimension, "group": row.group},
        verdicts.shrunken(row.shrunken, share=evidence.share),
    )
    return start | sizes | verdicts.figures(row.difference) | shrunken | gap


def _equity(evidence: Evidence, shown: bool) -> list[Found]:
    way = verdicts.direction(evidence.run.brief.objective)
    found = [
        (name, equity(rows, evidence.effects[0].difference, way, shown=shown)) for name, rows in evidence.groups.items()
    ]
    return [{"dimension": name, "index": one.index, "least": one.least, "most": one.most} for name, one in found if one]


def _channel(evidence: Evidence, row: ChannelEffect) -> Found:
    """Return one set of channels; cost per result only where the shrunken effect is surely for the better."""
    sek, co2_kg = evidence.costs.get(row.channels, (0.0, 0.0)) if row.segment == "all" else (None, None)
    way = verdicts.direction(evidence.run.brief.objective)
    sure = sek is not None and evidence.share and min(way * row.shrunken.low, way * row.shrunken.high) > 0
    sizes = {"persons": row.persons, "control_persons": row.control_persons}
    return (
        {"segment": row.segment, "channels": row.channels, **sizes}
        | {"level": row.difference.level, "control_level": row.difference.control_level}
        | verdicts.figures(row.difference)
        | verdicts.shrunken(row.shrunken, share=evidence.share)
        | {"p_adjusted": row.p_adjusted, "cost_sek": sek, "co2_kg": co2_kg}
        | {"sek_per_result": (sek or 0.0) / (way * row.shrunken.estimate * row.units) if sure else None}
    )
