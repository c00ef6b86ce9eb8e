"""What a person who approves a campaign confirms of its texts: facts, tone, each translation, politics, crisis advice.

The programme asks that a person reads these (H). The approver's letter asks, and who approves has answered: the points
are kept in the decision log and in the table ``approval``, each translation with who has read it.
"""

from collections.abc import Callable, Iterable

from campaigns.approval_matrix import rules
from campaigns.brief import Brief
from campaigns.language import base, translations
from campaigns.language import for_translation as _
from campaigns.languages_told import name_of

TRANSLATION = "translation:"
SOURCE_LANGUAGE = "sv"


QUESTIONS = {
    "facts": _("Facts: is everything true, and does it still hold on the day it is sent?"),
    "tone": _("Tone: would you speak like this to somebody you meet?"),
    "politics": _("Politics: is it free from parties, politicians and opinions on what is not decided?"),
    "registers": _("Registers: may they be used like this, and do so many persons need to be in them?"),
    "consents": _("Consents: has everybody who is seen or tells a story agreed to it, for this use and this time?"),
    "crisis_advice": _("Crisis advice: do the facts come from the source, and can everybody follow the advice?"),
}
NAMES = {
    "facts": _("the facts"),
    "tone": _("the tone"),
    "politics": _("the border to party politics"),
    "registers": _("the use of the registers"),
    "consents": _("the consents"),
    "crisis_advice": _("the advice in the crisis"),
}


def points(brief: Brief, role: str) -> list[str]:
    """Return the ids of what an approval in a role confirms, such as ``facts`` or ``translation:en=translator_waste``.

    Who is asked for the registers or the consents confirms these and the facts alone (``confirm``), who is asked for
    the law no translation (``confirm_no_translation``); the manager, who is always asked, does. A translation names who
    has read it where the brief does (``translation_readers``); otherwise the approver answers.
    """
    if role in rules().confirm:
        return list(rules().confirm[role])
    translated = [tag for tag in brief.languages if base(tag) != SOURCE_LANGUAGE]
    translated = [] if role in rules().confirm_no_translation else translated
    readers = brief.translation_readers
    read = [f"{TRANSLATION}{tag}" + (f"={readers[tag]}" if tag in readers else "") for tag in translated]
    return ["facts", "tone", *read, "politics", *(["crisis_advice"] if brief.crisis else [])]


def question(point: str, language: str) -> str:
    """Return what the letter asks of a point, in the language of the settings."""
    text = translations(language).gettext
    if not point.startswith(TRANSLATION):
        return text(QUESTIONS[point])
    tag, reader = _translation(point)
    if reader:
        asked = text("Translation, %(language)s: %(reader)s has read it, says the brief. Is that so?")
        return asked % {"language": _named(tag, language), "reader": text("“%s”") % reader}
    asked = text("Translation, %(language)s: has somebody who speaks the language read it? The brief names nobody.")
    return asked % {"language": _named(tag, language)}


def confirmed(given: Iterable[str], language: str) -> str:
    """Return confirmed points on one line, as the preview and the report tell them."""
    text = translations(language).gettext
    return "; ".join(_told(point, language, text) for point in given)


def _told(point: str, language: str, text: Callable[[str], str]) -> str:
    if not point.startswith(TRANSLATION):
        return text(NAMES.get(point, point))
    tag, reader = _translation(point)
    named = {"language": _named(tag, language), "reader": reader}
    if reader:
        return text("the translation (%(language)s), read by %(reader)s") % named
    return text("the translation (%(language)s)") % named


def _translation(point: str) -> tuple[str, str]:
    tag, _sign, reader = point.removeprefix(TRANSLATION).partition("=")
    return tag, reader


def _named(tag: str, language: str) -> str:
    return name_of(tag, language)
