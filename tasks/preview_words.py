"""What the preview says in words, in the language of the settings."""

from collections.abc import Iterable, Mapping
from typing import Any

from campaigns.language import base, direction, translations
from campaigns.language import for_translation as _
from campaigns.programme import load_programme
from tasks import checklist
from tasks.check_words import CHECKS
from tasks.pages import filters
from tasks.plan_names import CHARGES, RULES
from tasks.segment_names import NONE

LANGUAGE_NAMES = {"sv": "Svenska", "en": "English", "fi": "Suomi", "ar": "العربية", "so": "Af-Soomaali"}
ALL_ANSWER = _("That holds if everybody answers the survey; the fewer who do, the less sure it is.")
STANDINGS = {
    "may_be_contacted": _("may be contacted"),
    "held_out": _("held out as the control group"),
    "excluded": _("left out, for reasons that are not shown"),
    "protected": _("protected identity in the household"),
    "dead": _("dead"),
    "emigrated": _("has left the country"),
    "moved": _("has moved out of the city"),
    "objected": _("has objected"),
    "consent_withdrawn": _("has withdrawn consent"),
    "suppressed": _("has said no to messages"),
    "no_consent": _("has not consented to this purpose"),
    "stale_extract": _("the register extract is too old"),
    "earlier_edition": _("got an earlier edition"),
    "contact_cap": _("has had enough messages lately"),
}
STATES = {
    "preparing": _("being prepared"),
    "prepared": _("under review"),
    "approved": _("approved"),
    "scheduled": _("scheduled"),
    "publishing": _("under way"),
    "paused": _("paused"),
    "published": _("sent"),
    "evaluating": _("being evaluated"),
    "closed": _("closed"),
    "stopped": _("stopped"),
}
CHANNELS = {
    "email": _("E-mail"),
    "letter": _("Letter"),
    "web": _("Web page"),
    "sms": _("Text message"),
    "social": _("Social media"),
    "posters": _("Posters"),
    "none": _("No message"),
}
WAVES = {
    "internal": _("to employees"),
    "external": _("to the public"),
    "invitation": _("first message to the public"),
    "reminder": _("reminder to the public"),
}
DECISIONS = {
    "decided": _("Decided"),
    "proposed": _("Proposed, not decided"),
    "none_needed": _("No decision needed"),
}
FACTS = {
    ("easy_read", "yes"): _("easy-to-read texts"),
    ("easy_read", "no"): _("ordinary texts"),
}
STAGES = {
    "audience": _("Audience"),
    "plan": _("Channels"),
    "variants": _("Texts"),
    "delivery": _("Deliveries"),
    "outcomes": _("Outcomes"),
}


class Words:
    """Names and sentences of the preview in one language; unknown names are shown as they are."""

    def __init__(self, language: str, labels: Mapping[str, Mapping[str, str]] = NONE) -> None:
        self._gettext, self._written, self._language = translations(language).gettext, filters(language), language
        self._labels = labels

    def standing(self, name: str) -> str:
        """Return what became of persons."""
        return self._named(STANDINGS, name)

    def state(self, name: str) -> str:
        """Return the state of a run."""
        return self._named(STATES, name)

    def channel(self, name: str) -> str:
        """Return a channel's name."""
        return self._named(CHANNELS, name)

    def sequence(self, sequence: str) -> str:
        """Return a sequence of channels in words, such as ``e-mail, then letter``; nothing where nobody is reached."""
        reached = [self.channel(name) for name in sequence.split(">") if name not in {"-", ""}]
        if not reached:
            return self._gettext("nothing")
        return self._gettext(", then ").join([reached[0], *(name.lower() for name in reached[1:])])

    def rule(self, name: str) -> str:
        """Return the name of a way to plan."""
        return self._named(RULES, name)

    def charge(self, name: str) -> str:
        """Return the name of what a limit charges."""
        return self._named(CHARGES, name)

    def wave(self, name: str) -> str:
        """Return to whom a wave goes, where its name tells."""
        return self._named(WAVES, name)

    def decision(self, name: str) -> str:
        """Return the status of a decision."""
        return self._named(DECISIONS, name)

    def stage(self, name: str) -> str:
        """Return the name of a stage boundary."""
        return self._named(STAGES, name)

    def check(self, name: str) -> str:
        """Return what a check of the data claims."""
        return self._named(CHECKS, name)

    def said(self, message: str) -> str:
        """Return what a check says of data that do not keep its claim."""
        return self._gettext(message)

    def requirement(self, identity: str) -> str:
        """Return what a requirement or a goal of the programme asks for, its id in parentheses."""
        asked = load_programme().requirements_in_words.get(identity)
        goal = next((goal for goal in load_programme().goals if goal.id == identity), None)
        said = self._gettext(asked) if asked else goal and (goal.en if self._language == "en" else goal.sv)
        return f"{said} ({identity})" if said else identity

    def confirmed(self, points: Iterable[str]) -> str:
        """Return what an approver has confirmed."""
        return checklist.confirmed(points, self._language)

    def role(self, name: str) -> str:
        """Return the name of a role that approves."""
        return self._gettext(name.replace("_", " "))

    def language(self, tag: str) -> str:
        """Return a language's own name."""
        return LANGUAGE_NAMES.get(base(tag), tag)

    def direction(self, tag: str) -> str:
        """Return the direction in which a language is written."""
        return direction(tag)

    def facts(self, facts: Mapping[str, str]) -> str:
        """Return the values of a combination of facts on one line, in the campaign's own words where it has them."""
        pairs = sorted(facts.items())
        own = [self._labels.get(value, {}).get(self._language) for _, value in pairs]
        told = [self._gettext(FACTS.get(pair) or pair[1].replace("_", " ")) for pair in pairs]
        return ", ".join(label or word for label, word in zip(own, told, strict=True))

    def persons(self, count: int | None) -> str:
        """Return a count of persons; all that are hidden are told alike, since a reason would tell how few they are."""
        if count is None:
            return self._gettext("not shown")
        return str(self._written["number"](count))

    def design(self, design: Mapping[str, Any]) -> str:
        """Return how sure the evaluation can be, in words."""
        width, power = design.get("designed_half_width"), design.get("power")
        if pairs := design.get("pairs"):
            areas = ", ".join(sorted(held_out for _, held_out in pairs))
            return self._gettext(
                "The control group is one area of each of {pairs} pairs, by the three first digits of the postcode: "
                "{areas}. Put up no posters and hold no meetings there before the last evaluation."
            ).format(pairs=self._written["number"](len(pairs)), areas=areas)
        if design.get("untold"):
            return ""
        if width is None or power is None:
            return self._gettext("No effect can be shown with this control group.")
        told = self._gettext(
            "If the target is reached, the evaluation will tell the effect to within ± {width} percentage points, and "
            "will show it with a probability of {power}."
        ).format(width=self._written["points"](width, 1), power=self._probability(power))
        return f"{told} {self._gettext(ALL_ANSWER)}" if design.get("survey") else told

    def _probability(self, power: float) -> str:
        more, nearly = self._gettext("more than {share}"), self._written["percent"](0.99)
        return more.format(share=nearly) if power > 0.99 else str(self._written["percent"](power))

    def _named(self, names: Mapping[str, str], name: str) -> str:
        return self._gettext(names[name]) if name in names else name
