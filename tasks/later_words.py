"""Those drawn to get the message later, in words, on every page and in every letter that tells of them."""

from datetime import datetime
from typing import Any

from campaigns.language import translations
from campaigns.sendings import Sending
from tasks.local_time import in_words
from tasks.preview_words import Words
from tasks.runs import Run


def sentences(told: list[dict[str, Any]], run: Run, language: str) -> list[str]:
    """Return a sentence for each wave: when the control group gets it, and of how many persons it is."""
    _, words = translations(language).gettext, Words(language)
    template = _(
        "%(wave)s: drawn by lot to get the message later than the others, on %(start)s, and the control group until "
        "then: %(persons)s persons."
    )
    hidden = _(
        "%(wave)s: a part is drawn by lot to get the message later than the others, on %(start)s, and is the control "
        "group until then. How many is not shown."
    )
    return [
        (hidden if each["persons"] is None else template)
        % {
            "wave": _begun(words.wave(each["wave"])),
            "start": _written(each["start"], run, language),
            "persons": words.persons(each["persons"]),
        }
        for each in told
    ]


def sending(each: Sending, words: Words, language: str) -> str:
    """Return whom one sending is to."""
    to_whom = words.wave(each.wave)
    if not each.is_later:
        return to_whom
    return translations(language).gettext("%(wave)s, those drawn to get it later") % {"wave": to_whom}


def _written(start: datetime, run: Run, language: str) -> str:
    return in_words(start, language, run.brief.schedule.time_zone)


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
