"""Districts that a text names: each exists when the text is sent, under the name that it has then."""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from campaigns.programme import AbolishedDistrict, load_programme
from tasks.gates.masking import masked
from tasks.gates.passages import everything, places
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject

OFFICE = (
    r"s?(?: |-)(?:stadsdels?(?:nämnd|förvaltning|område|direktör|kontor)\w*|district (?:council|administration"
    r"|committee)\w*"
    r"|kaupunginosa\w*|degmada)"
)
PAST = re.compile(
    r"\b(?:tidigare|förut|före detta|f\.d|hette|hetat|fram till|gamla|slogs|slagits|sedan 202\d|blev|bytte namn"
    r"|numera|ingår i"
    r"|former(?:ly)?|until|used to|merged|became|was called|no longer|entinen|aiemmin|vuoteen|hore|سابق\w*)",
    re.IGNORECASE,
)


@gate("district_current")
def district_current(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5c: no text speaks of a district as one of today's that has been abolished."""
    day = subject.brief.schedule.start.date()
    told = (*everything(subject), subject.brief.objective.group)
    for text in told:
        for district, start, end in abolished_in(text, day):
            message = subject.say(
                "{name} is a district no more; it is part of {now}", name=district.name, now=district.now
            )
            remedy = subject.say("Write the name of the district as it is now, or say that it is of the past.")
            for place in places(subject, text, start, end):
                yield Fault(message, remedy, place, sentence=masked(text))


@lru_cache(maxsize=4096)
def abolished_in(text: str, day: date) -> tuple[tuple[AbolishedDistrict, int, int], ...]:
    """Return the abolished districts that a sentence names as if they were there on a day, with where."""
    if PAST.search(text):
        return ()
    gone = (each for each in load_programme().abolished_districts if each.until < day)
    return tuple((each, found.start(), found.end()) for each in gone for found in _named(each).finditer(text))


def _named(district: AbolishedDistrict) -> re.Pattern[str]:
    name = re.escape(district.name).replace(r"\-", r"\s?[-–/]\s?")
    return re.compile(
        rf"(?<![\w-]){name}{OFFICE}" if district.place else rf"(?<![\w-]){name}s?(?![\w-])", re.IGNORECASE
    )
