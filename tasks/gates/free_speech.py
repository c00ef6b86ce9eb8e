"""Employees may speak to the press, nobody looks for who did and nobody is followed: what texts to them may not say."""

import re
from collections.abc import Iterator
from functools import lru_cache

from tasks.gates.bare_words import without_signs
from tasks.gates.masking import masked
from tasks.gates.passages import passages, places
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.silence import silences
from tasks.gates.subject import GateSubject
from tasks.gates.tracking import is_internal

LEAKED = (
    r"(?:läck\w*|uppgiftslämnar\w*|tipsa\w*|(?:pratat|talat) med (?:\w+ )?(?:medier\w*|press\w*|journalist\w*)"
    r"|leak\w*|tipped off|(?:talked|spoken|spoke) to the (?:press|media)|vuota\w*)"
)
SOUGHT = (
    r"(?:(?:tar|ta|tog) (?:\w+ ){0,2}?reda på (?:vem|vilka)|(?:utred|spåra|efterforska)\w*(?: \w+)? (?:vem"
    r"|vilka|källan|den som)"
    r"|let(?:a|ar) efter (?:den|vem|källan)|finds? out who|(?:traces?|tracks? down|investigates?"
    r"|looks? for) (?:who|the source|the one)"
    r"|selvit\w+ kuka)"
)
TRACED = re.compile(rf"(?<!\w){SOUGHT}(?!\w)[^.!?]*|(?<!\w){LEAKED}(?!\w)[^.!?]*(?<!\w){SOUGHT}(?!\w)", re.IGNORECASE)
OF_A_LEAK = re.compile(rf"(?<!\w){LEAKED}(?!\w)", re.IGNORECASE)
DID = (
    r"(?:öppna\w*|läs(?:t|te|er)|klicka\w*|svara(?:t|de)|sett|opened|read|clicked|answered|seen|avannut|lukenut"
    r"|klikannut)"
)
FOLLOWED = re.compile(
    rf"(?<!\w)(?:ser|se|vet|registrerar|loggar|mäter|följer (?:upp )?|får veta|sees?|knows?|records?|tracks?"
    rf"|logs?|tiedämme"
    rf"|näemme),? (?:vem|vilka|vilken av er|who|which of you|kuka"
    rf"|ketkä)(?: av er)?(?: som)? (?:\w+ ){{0,2}}?{DID}(?!\w)"
    rf"|(?<!\w)(?:lista|listor|förteckning|list|lists)(?:n|en)? (?:över|på|med|of|with|showing) (?:namnen på "
    rf"|the names of )?"
    rf"(?:alla |everybody |everyone |dem |de |those |vilka |who |vem |medarbetare |employees )(?:som "
    rf"|who )?(?:\w+ ){{0,2}}?{DID}(?!\w)"
    r"|(?<!\w)(?:نرى|نعرف|نعلم|نسجل|نتابع|يرى|يعرف)(?: \w+)? (?:من|أي موظف)"
    r" (?:لم )?(?:\w+ )?(?:فتح|قرأ|يقرأ|نقر|ضغط|أجاب)(?!\w)"
    r"|(?<!\w)(?:aragnaa|arkaa|ognahay|diiwaangelinnaa|eegnaa) (?:cidda|ciddii|qofka|qofkii|kuwa|kuwii)"
    r" (?:\w+ ){0,2}?(?:furay|furtay|furin|akhriyay|akhriyey|akhriday|akhrisatay|gujiyay|gujiyey|jawaabay)(?!\w)",
    re.IGNORECASE,
)
"""Employees told that it is seen who of them has opened, read or clicked."""
WHO = re.compile(
    r"(?<!\w)(?:vem|vilk(?:a|en)|lista|listor|förteckning|who|which|lists?|kuka|ketkä|من|أي|cidda|ciddii|qofka|qofkii|kuwa|kuwii)(?!\w)",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"(?<!\w)(?:inte|aldrig|ingen|inga|ej|förbju\w*|not|never|nobody|no|nor|cannot|forbid\w*|forbidden|ei|emme"
    r"|kukaan|لا|لن|لم|ليس|أحد|ma|mana|maya)(?!\w)|n['’]t",
    re.IGNORECASE,
)


@gate("free_speech")
def free_speech(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P8b: no text to employees silences them, says that a source is looked for, or that they are followed."""
    if not is_internal(subject):
        return
    remedy = subject.say(
        "Leave it out: employees may speak to the press, nobody may look for who did, and nobody is followed."
    )
    for passage in passages(subject):
        for start, end in unfree(passage.text):
            message = subject.say(
                "“{words}” keeps employees from speaking freely, or follows them", words=passage.text[start:end]
            )
            for place in places(subject, passage.text, start, end):
                yield Fault(message, remedy, place, sentence=masked(passage.text))


@lru_cache(maxsize=4096)
def unfree(sentence: str) -> tuple[tuple[int, int], ...]:
    """Return where a sentence silences employees, looks for a source or follows them; what it denies is let pass."""
    plain, positions = without_signs(sentence)
    found = list(silences(plain))
    if OF_A_LEAK.search(plain):
        found += (each for each in TRACED.finditer(plain) if not DENIED.search(plain))
    found += (each for each in FOLLOWED.finditer(plain) if not _is_denied(plain, each))
    return tuple(dict.fromkeys((positions[each.start()], positions[each.end()]) for each in found))


def _is_denied(sentence: str, found: re.Match[str]) -> bool:
    """Tell whether a no stands before what is followed: we do not see who has read; who has not read is followed."""
    who = WHO.search(sentence, found.start())
    return DENIED.search(sentence[: who.start() if who else found.end()]) is not None
