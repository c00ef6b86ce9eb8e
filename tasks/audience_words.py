"""What the audience page says in words, in the language of the settings."""

from collections.abc import Mapping
from typing import Any

from campaigns.language import for_translation as _
from campaigns.language import translations
from tasks.experiment_design import POWER
from tasks.pages import filters
from tasks.preview_words import STANDINGS, WAVES
from tasks.register_names import REGISTERS
from tasks.segment_names import NONE, SegmentNames

DIMENSIONS = {
    "reachability": _("How they can be reached"),
    "address_kind": _("By kind of address"),
    "need": _("By need"),
    "life_situation": _("By life situation"),
    "driver": _("By what drives them"),
    "channel_habit": _("By channel habit"),
    "language_skill": _("By language skill"),
    "language": _("By language of the message"),
    "easy_read": _("By wish for easy-to-read texts"),
    "district": _("By district"),
    "age": _("By age"),
    "contacts_left": _("By contacts left"),
}
VALUES = {
    ("easy_read", "yes"): _("wants easy-to-read texts"),
    ("easy_read", "no"): _("ordinary texts"),
    ("address_kind", "email"): _("e-mail address"),
    ("address_kind", "postal"): _("postal address"),
    ("address_kind", "mobile"): _("mobile number"),
    ("address_kind", "digital_mailbox"): _("digital mailbox"),
    ("reachability", "email+postal"): _("reached by e-mail or letter"),
    ("reachability", "unreachable"): _("no usable address"),
    ("age", "80-"): _("80 years and over"),
}
ANY_DIMENSION = {"unknown": _("not known")}
OBSTACLES = {
    "no_control_group": _("There is no control group, so no effect can be shown."),
    "areas": _(
        "Whole areas are drawn, {there} in all, and how much they differ anyway is not known: how sure the evaluation "
        "will be cannot be told yet."
    ),
    "not_a_share": _("The objective is no share that changes, so how sure the evaluation will be cannot be told yet."),
    "too_small": _(
        "The audience is too small for the objective: {needed} {drawn} would be needed, and there are {there}."
    ),
    "too_small_untold": _(
        "The audience is too small for the objective: {needed} {drawn} would be needed. "
        "How many there are is not shown."
    ),
}
DRAWN = {
    "household": _("households (or others drawn as one)"),
    "person": _("persons (those who are drawn together count as one)"),
}
WHAT_TO_DO = _("Aim at more people, at a larger change, or hold out a larger share.")
# How many will answer a survey is not known beforehand, and everybody never does.
MUST_ANSWER = _("So many must answer the survey.")
MORE_IS_SHOWN = _("That too holds if everybody answers; the fewer who do, the larger it must be.")
SHOWN_FROM = _("The smallest effect that would be shown with a probability of {power} is {effect} percentage points.")


class AudienceWords:
    """Names and sentences of the audience page in one language; unknown names are shown as they are."""

    def __init__(self, language: str, labels: Mapping[str, Mapping[str, str]] = NONE) -> None:
        self._gettext, self._written = translations(language).gettext, filters(language)
        self._segments = SegmentNames(language, labels)

    def wave(self, name: str) -> str:
        """Return to whom a wave goes, where its name tells."""
        return self._gettext(WAVES[name]) if name in WAVES else name

    def standing(self, name: str) -> str:
        """Return what became of persons."""
        return self._gettext(STANDINGS[name]) if name in STANDINGS else name

    def register(self, kind: str) -> str:
        """Return the name of a kind of register, as a row or a sentence begins with it."""
        name = self._gettext(REGISTERS.get(kind, kind))
        return name[:1].upper() + name[1:]

    def dimension(self, name: str) -> str:
        """Return what a table is about."""
        return self._gettext(DIMENSIONS.get(name, name))

    def value(self, dimension: str, value: str) -> str:
        """Return one row's name."""
        named = VALUES.get((dimension, value)) or ANY_DIMENSION.get(value)
        if named:
            return self._gettext(named)
        if dimension == "age":
            return self._gettext("{ages} years").format(ages=value.replace("-", "\N{EN DASH}"))
        return value if dimension in ("district", "contacts_left") else self._segments.value(value)

    def warning(self, design: Mapping[str, Any]) -> str:
        """Return why the design cannot show the objective, which size would and what to do; empty where it can."""
        told = self.obstacle(design)
        return f"{told} {self._gettext(WHAT_TO_DO)}" if told and design["obstacle"] == "too_small" else told

    def obstacle(self, design: Mapping[str, Any]) -> str:
        """Return why the design cannot show the objective, as a reader who cannot change it is told."""
        name = design.get("obstacle") or ""
        obstacle = OBSTACLES.get(f"{name}_untold" if design.get("untold") else name) or OBSTACLES.get(name)
        if obstacle is None:
            return ""
        there = design.get("clusters_treated", 0) + design.get("clusters_holdout", 0)
        figures = {"needed": design.get("clusters_needed") or 0, "there": there}
        written = {name: self._written["number"](figure) for name, figure in figures.items()}
        drawn = self._gettext(DRAWN.get(design.get("drawn", "household"), ""))
        told = self._gettext(obstacle).format(drawn=drawn, **written)
        return f"{told} {self._gettext(MUST_ANSWER)}" if design.get("survey") and name == "too_small" else told

    def smallest_effect(self, design: Mapping[str, Any]) -> str:
        """Return the smallest effect that the design shows; empty where it cannot be told."""
        effect = design.get("minimum_detectable_effect")
        if effect is None:
            return ""
        power = self._written["percent"](POWER)
        told = self._gettext(SHOWN_FROM).format(power=power, effect=self._written["points"](effect, 1))
        return f"{told} {self._gettext(MORE_IS_SHOWN)}" if design.get("survey") else told
