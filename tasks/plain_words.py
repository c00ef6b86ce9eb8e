"""An evaluation in words that need no statistics, in the language of the settings."""

from collections.abc import Callable, Mapping
from typing import Any

from campaigns.language import for_translation as _
from campaigns.language import translations
from tasks.pages import filters

WARNINGS = {
    "no_control_group": _("There is no control group, so nobody can say what the campaign caused."),
    "crisis": _(
        "In a crisis nobody is left without the message, so there is no control group, and nobody can say what the "
        "campaign caused."
    ),
    "all_are_told": _(
        "Those drawn to get the message later were to have it by this look, so the groups are no longer compared. "
        "What the campaign caused is told by the looks before."
    ),
    "control_group_too_small": _(
        "Fewer than ten %(units)s of one of the two groups have an observed result, so nobody can say what the "
        "campaign caused."
    ),
    "areas_only": _(
        "The results are per area while the control group was drawn among households, so nobody can say what "
        "the campaign caused."
    ),
    "missing": _("%(share)s of the %(units)s have no observed result. The figures hold for those that were observed."),
    "differential_attrition": _(
        "Results are missing for %(treated)s of those whom the message was meant for and for %(holdout)s of "
        "the control group. So uneven a loss may bend the effect in either direction."
    ),
    "missing_of_few": _("Fewer than ten of the %(units)s have no observed result. The figures hold for the others."),
    "differential_attrition_of_few": _(
        "Results are missing for unlike shares of those whom the message was meant for and of the control group. So "
        "uneven a loss may bend the effect in either direction."
    ),
    "trend_only": _(
        "The figures over time show a trend. Without a control group it may as well come from the season, "
        "other news or other efforts."
    ),
    "little_power": _(
        "The chance to see an effect as large as the goal asks for was only %(power)s. That nothing is shown "
        "does not mean that nothing happened."
    ),
    "little_power_of_few": _(
        "The chance to see an effect as large as the goal asks for was below 80 per cent. That nothing is shown does "
        "not mean that nothing happened."
    ),
    "late_observations": _("The results were observed after the day of the follow-up."),
}
EFFECTS = {
    "shown": _(
        "Of 100 %(units)s that the message was meant for, %(estimate)s reached the result than would have "
        "otherwise. We are 95 per cent sure that the true figure lies between %(low)s and %(high)s."
    ),
    "not_shown": _(
        "We cannot show that the campaign made a difference. The best guess is that, of 100 %(units)s, "
        "%(estimate)s reached the result, but the true figure may be anything between %(low)s and %(high)s."
    ),
    "level": _(
        "The %(units)s that the message was meant for ended %(estimate)s than they would have otherwise. "
        "We are 95 per cent sure that the true figure lies between %(low)s and %(high)s."
    ),
}
UNTOLD = _("How large the effect is, is not shown, since it would tell of fewer than ten.")

OBJECTIVES = {
    ("reached", False): _("The goal is reached: %(reached)s, and the target was %(target)s."),
    ("not_reached", False): _("The goal is not reached: %(reached)s so far, and the target is %(target)s."),
    ("early", False): _("So far: %(reached)s. The target is %(target)s."),
    ("reached", True): _(
        "The goal is reached: the target was %(target)s. The share itself is not shown, since it would tell of fewer "
        "than ten."
    ),
    ("not_reached", True): _(
        "The goal is not reached: the target is %(target)s. The share itself is not shown, since it would tell of "
        "fewer than ten."
    ),
    ("early", True): _(
        "The share so far is not shown, since it would tell of fewer than ten. The target is %(target)s."
    ),
}


class PlainWords:
    """Sentences about one evaluation; ``share`` says that the outcome is a share 0–1, told as so many of a hundred."""

    def __init__(self, language: str, unit: str, share: bool) -> None:
        self._: Callable[[str], str] = translations(language).gettext
        self.written, self.share, self.unit = filters(language), share, unit

    @property
    def units(self) -> str:
        """The units of analysis, in the plural."""
        _ = self._
        return {"household": _("households"), "person": _("persons"), "unit": _("units")}.get(self.unit, _("areas"))

    @property
    def one(self) -> str:
        """One unit of analysis."""
        _ = self._
        return {"household": _("household"), "person": _("person"), "unit": _("unit")}.get(self.unit, _("area"))

    def difference(self, value: float) -> str:
        """Return a signed difference for a table: percentage points where the outcome is a share."""
        _ = self._
        return _("%(n)s percentage points") % {"n": self._signed(value)} if self.share else self._signed(value)

    def interval(self, low: float, high: float) -> str:
        """Return both ends of an interval of differences for a table, those of shares within what is possible."""
        _, (low, high) = self._, self._possible(low, high)
        return _("%(low)s to %(high)s") % {"low": self._signed(low), "high": self.difference(high)}

    def _possible(self, low: float, high: float) -> tuple[float, float]:
        """Return an interval without what no difference of shares can be."""
        return (max(low, -1.0), min(high, 1.0)) if self.share else (low, high)

    def _signed(self, value: float) -> str:
        figure: str = self.written["points" if self.share else "number"](abs(value), 1)
        return ("−" if value < 0 else "+") + figure

    def level(self, value: float) -> str:
        """Return a level of the outcome: a percentage where it is a share."""
        return str(self.written["percent" if self.share else "number"](value, 1))

    def of_arm(self, arm: Mapping[str, Any]) -> str:
        """Return what happened to an arm because of the campaign; early looks and many claims need more to be shown."""
        if arm.get("untold"):
            return self._(UNTOLD)
        return self.effect(arm["ci_low"], arm["effect"], arm["ci_high"], shown=arm["verdict"] != "not_shown")

    def before(self, look: int, arm: Mapping[str, Any]) -> str:
        """Return what an earlier look found, before the control group got the message too."""
        _ = self._
        return _("Look %(look)s, before they got it: %(effect)s") % {"look": look, "effect": self.of_arm(arm)}

    def effect(self, low: float, estimate: float, high: float, *, shown: bool | None = None) -> str:
        """Return what happened because of the campaign, with its 95 % interval.

        ``shown`` is whether it may be claimed; where it is left out, whether the interval lies on one side of zero. One
        that was widened to whole steps may touch zero and be shown all the same.
        """
        outside = low > 0 or high < 0 or (shown is True and low * high == 0)
        if outside and shown is False:
            return self._promising(low, estimate, high)
        kind = "level" if not self.share else "shown" if outside else "not_shown"
        decimals = 0 if high - low >= (0.03 if self.share else 3) else 1 if self.share else 2
        low, high = self._possible(low, high)
        near, far = (high, low) if high < 0 or (outside and high == 0) else (low, high)
        return self._(EFFECTS[kind]) % {
            "units": self.units,
            "estimate": self._("about %(figure)s") % {"figure": self._figure(estimate, decimals)},
            "low": self._figure(near, decimals, bare=outside),
            "high": self._figure(far, decimals),
        }

    def _promising(self, low: float, estimate: float, high: float) -> str:
        _ = self._
        told = _(
            "The figures point to an effect, but it is too early, or too many things are compared, to call it shown: "
            "the difference is %(difference)s (95 per cent interval %(interval)s)."
        )
        return told % {"difference": self.difference(estimate), "interval": self.interval(low, high)}

    def _figure(self, value: float, decimals: int, bare: bool = False) -> str:
        _ = self._
        figure: str = self.written["number"](abs(value) * (100 if self.share else 1), decimals)
        if bare:
            return figure
        if self.share:
            return (_("%(n)s fewer") if value < 0 else _("%(n)s more")) % {"n": figure}
        return (_("%(n)s lower") if value < 0 else _("%(n)s higher")) % {"n": figure}

    def objective(self, objective: Mapping[str, Any], *, early: bool = False) -> str:
        """Return how far the audience has come towards the target; ``early``: whether it is reached is not said yet."""
        kind = "early" if early else "reached" if objective["achieved"] else "not_reached"
        few = self._is_few(objective)
        levels = {name: self.level(objective[name]) for name in ("reached", "target") if not few or name == "target"}
        return self._(OBJECTIVES[kind, few]) % levels

    def reached(self, objective: Mapping[str, Any]) -> str:
        """Return the level reached; not where it would tell of fewer than ten."""
        _ = self._
        return _("not shown") if self._is_few(objective) else self.level(objective["reached"])

    def _is_few(self, objective: Mapping[str, Any]) -> bool:
        return self.share and bool(objective.get("few"))

    @property
    def among(self) -> str:
        """Of whom a level is told: a mean over units or areas, else a share of the target group."""
        _ = self._
        means = {"unit": _("on average per unit"), "area": _("on average per area")}
        return means.get(self.unit, _("in the target group"))

    @property
    def result(self) -> str:
        """What the level reached is, under its figure."""
        _ = self._
        if self.share and self.unit in ("household", "person"):
            return _("have reached the result, in the target group")
        return _("is the result, %(among)s") % {"among": self.among}

    def warning(self, code: str, **shares: float) -> str:
        """Return one thing that weakens what the evaluation can say; ``shares`` 0–1 are told as percentages."""
        percent, chance = self.written["percent"], self.written["chance"]
        told = {name: chance(share) if name == "power" else percent(share, 1) for name, share in shares.items()}
        return self._(WARNINGS[code]) % {"units": self.units, **told}
