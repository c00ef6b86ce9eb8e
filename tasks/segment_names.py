"""Names that readers understand, for segments and for what tells people apart."""

from collections.abc import Mapping
from types import MappingProxyType

from babel import Locale, UnknownLocaleError

from campaigns.language import translations
from tasks.segments import LEFT

LONGEST_TAG = 3
Labels = Mapping[str, Mapping[str, str]]
NONE: Labels = MappingProxyType({})


class SegmentNames:
    """Turns ``needs_bin/senior/sv/email+postal`` into words of one language; unknown names lose their underscores.

    A campaign's own words stand under ``labels`` of its brief; those of the campaigns that ship in
    ``campaigns/locale/<slug>.<language>.po``, with the name, underscores as spaces, as the source text.
    """

    def __init__(self, language: str, labels: Labels = NONE) -> None:
        self._language, self._translations, self._labels = language, translations(language), labels

    def name(self, segment: str) -> str:
        """Return the name of a segment in words."""
        _ = self._translations.gettext
        if segment in {"all", "other"}:
            return {"all": _("everybody"), "other": _("the remaining groups")}[segment]
        parts = [part for part in segment.replace("|", "/").split("/") if part not in {"any", "any_language"}]
        return ", ".join(self.value(part) for part in parts) or _("the remaining groups")

    def value(self, name: str) -> str:
        """Return one value in words: a language, the addresses that reach a person, a need or a life situation."""
        _ = self._translations.gettext
        if own := self._labels.get(name, {}).get(self._language):
            return str(own)
        if len(name) <= LONGEST_TAG and name.islower() and name.isalpha():
            return self._language_name(name)
        if name.endswith(LEFT) and name.removesuffix(LEFT).isdigit():
            return _("contacts left: {number}").format(number=name.removesuffix(LEFT))
        return self._known(name) or _(name.replace("_", " ").replace("+", ", "))

    def _known(self, name: str) -> str:
        """Return the words of a value that the city's own queries or registers give; empty for another."""
        _ = self._translations.gettext
        ways = {"email": _("e-mail"), "postal": _("letter"), "mobile": _("text message")}
        ways["digital_mailbox"] = _("digital mailbox")
        known = {
            "none": _("no usable address"),
            "unreachable": _("no usable address"),
            "easy_read": _("easy-to-read texts"),
            "senior": _("older people"),  # each query says itself from which age, under `labels` of its brief
        }
        reached = [ways[part] for part in sorted(name.split("+")) if part in ways]
        if reached and len(reached) == name.count("+") + 1:
            return _("reached by %(ways)s") % {"ways": _(" or ").join(reached)}
        return known.get(name, "")

    def _language_name(self, tag: str) -> str:
        try:
            return Locale.parse(tag).get_display_name(self._language) or tag
        except (UnknownLocaleError, ValueError):
            return tag
