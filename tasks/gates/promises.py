"""What a text promises: until when one can answer a proposal, when one hears what came of it, what the service does."""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from babel.dates import format_date, format_skeleton

from campaigns.language import date_locale
from tasks.gates.masking import masked
from tasks.gates.passages import passages, places
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject

PROMISED = re.compile(
    r"\b(?:vi|staden|bolaget|förvaltningen|kommunen|kontoret|enheten) (?:\w+ )?(?:lovar|garanterar"
    r"|utlovar)\b(?! (?:dig )?(?:inte|inget|inga)\b)"
    r"|\b(?:lovar|garanterar|utlovar) vi\b"
    r"|\b(?:we|the city|the company|the department|the district)(?: can)? (?:\w+ )?(?:promises?|guarantees?"
    r"|pledges?)\b(?! (?:nothing|no)\b)"
    r"|\b(?:lupaamme|takaamme|kaupunki (?:lupaa|takaa))\b"
    r"|\b(?:waan|waxaan) (?:kuu |idin )?(?:ballanqaad\w+|dammaanad\w+)"
    r"|(?<!\w)[وف]?(?:نضمن|نتعهد|نعدكم|نعدك|تضمن المدينة|تتعهد المدينة)(?!\w)"
    r"|\b(?:du|ni|alla|var och en) får alltid (?!(?!nya\b)\w+a\b|svar\b|också\b)\w+"
    r"|\b(?:you|everybody|everyone) (?:will )?always (?:gets?|receives?) (?!an answer\b|to\b)\w+"
    r"|\b(?:saat|saatte|kaikki saavat) aina (?!vastau|kysy|soitta)\w+",
    re.IGNORECASE,
)
"""A promise in so many words."""
CERTAIN = re.compile(r"\bgaranterat (?!plats)\w+|\bguaranteed\b|\btaatusti\b", re.IGNORECASE)
"""Words that promise only beside one that makes no exception: a guaranteed income is none."""
WITHOUT_EXCEPTION = re.compile(
    r"\b(?:inom|senast|samma dag|före|alltid|aldrig|alla|allt|varje|ingen|inga|helt|procent|gratis|utan kostnad"
    r"|utan kö|direkt|genast"
    r"|omedelbart|dygn\w*|timm\w*|minut\w*|garanterat|within|by|before|same day|always|never|all|every\w*|no|free"
    r"|at once|immediately"
    r"|hours?|minutes?|guaranteed|kuluessa|aina|kaikki|joka|heti|taatusti|tunni\w*|gudah\w*|mar walba|dhammaan)\b"
    r"|خلال|دائما|جميع|كل|فورا|ساعة",
    re.IGNORECASE,
)
OF_THE_DIALOGUE = re.compile(
    r"\b(?:lovar|garanterar|promise|guarantee|lupaamme)\b[^.!?]{0,20}\b(?:läs|lyssn|svar|berätt|återkom|hör av"
    r"|återkoppl|read|listen|answer"
    r"|tell|reply|come back|vasta|lue|kuunt)\w*",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"\b(?:kan|får|ska|går) (?:\w+ )?(?:inte|aldrig) lova\b|\b(?:cannot|can't|do not|never) (?:promise|guarantee)\b",
    re.I,
)
SHORT_TEXT = frozenset({"sms"})  # holds the last day; the promise stands on the page that it leads to
MARKS = {mark: None for mark in (0x200E, 0x200F, 0x2066, 0x2067, 0x2068, 0x2069)}  # directions, which nobody reads


@gate("consultation")
def consultation(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P6d: whoever reads a proposal is told the last day to answer; how to answer is the contact's own gate."""
    until = subject.brief.decision.consultation_until
    if subject.brief.decision.status != "proposed" or until is None:
        return
    if any(not _tells(part, until, subject.language) for part in subject.parts):
        message = subject.say("The last day to answer the proposal, {day}, is missing", day=_long(until, subject))
        yield Fault(message, _remedy(subject), subject.key("decision"))


@gate("feedback_promise")
def feedback_promise(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P4c: whoever is asked is told when to hear what came of the answers."""
    if subject.brief.decision.status != "proposed" or subject.channel in SHORT_TEXT:
        return
    if any(not _tells(part, subject.brief.feedback_by, subject.language) for part in subject.parts):
        day = _long(subject.brief.feedback_by, subject)
        message = subject.say("Nothing says when the reader hears what came of it: {day} is missing", day=day)
        yield Fault(message, _remedy(subject), subject.key("feedback_by"))


@gate("service_promise")
def service_promise(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P6a: nothing is guaranteed to everybody, always or within a time, for which nobody could answer."""
    for passage in passages(subject):
        if span := guaranteed(passage.text):
            message = subject.say(
                "“{words}” promises what must hold for everybody", words=passage.text[slice(*span)].strip()
            )
            remedy = subject.say(
                "Say what usually happens, or let the service agree and give the reason under `overrides`."
            )
            for place in places(subject, passage.text, *span):
                yield Fault(message, remedy, place, sentence=masked(passage.text))


@lru_cache(maxsize=4096)
def guaranteed(text: str) -> tuple[int, int] | None:
    """Return where a sentence guarantees something; to listen and to answer may be promised."""
    found = PROMISED.search(text) or (CERTAIN.search(text) if WITHOUT_EXCEPTION.search(text) else None)
    if found is None or OF_THE_DIALOGUE.search(text) or DENIED.search(text):
        return None
    return found.span()


def _tells(part: str, day: date, language: str) -> bool:
    """Tell whether a part holds a day, written out as the language does, with or without its year."""
    locale = date_locale(language)
    written = (
        format_skeleton("MMMMd", day, locale=locale), format_date(day, "d MMMM", locale=locale), day.isoformat(),
    )  # fmt: skip
    plain = part.translate(MARKS).casefold()
    return any(re.search(rf"(?<!\d){re.escape(form.casefold())}(?!\d)", plain) for form in written)


def _long(day: date, subject: GateSubject) -> str:
    return str(format_date(day, "long", locale=date_locale(subject.reader)))


def _remedy(subject: GateSubject) -> str:
    return subject.say("Use the channel's own layout, which prints this from the brief, or write it in the text.")
