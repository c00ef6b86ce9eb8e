"""Words of somebody, or a heading with a name: an employee's own are a story (S7), which rests on a written consent."""

from collections.abc import Iterator

from campaigns.language import base
from campaigns.stories import story_of
from tasks.gates.masking import masked, shown_safely
from tasks.gates.named_people import presented, told_of
from tasks.gates.passages import passages, places
from tasks.gates.reading import is_hidden, shown
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.speech import spoken, spoken_in_block, spoken_in_quotation
from tasks.gates.structure import HEADINGS
from tasks.gates.subject import GateSubject
from tasks.gates.titles import place_of_heading


@gate("employee_quoted")
def employee_quoted(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """S7: whoever is quoted outside a declared story or named in a heading is looked at by a person."""
    message = subject.say("Somebody is quoted, and no story with a consent holds the words")
    remedy = subject.say(
        "Put an employee's words into a file story.NAME.LANGUAGE.md and the consent under `stories`; "
        "a person reads other quotations."
    )
    yield from _presented(subject)
    yield from _told_of(subject)
    told = set[tuple[str, int]]()
    for text, (start, end) in _quotations(subject):
        for place in places(subject, text, start, end):
            if story_of(place[0]) is None and place not in told:
                told.add(place)
                yield Fault(message, remedy, place, sentence=shown_safely(masked(text)))


def _presented(subject: GateSubject) -> Iterator[Fault]:
    """Yield each heading outside a declared story that presents somebody by name."""
    remedy = subject.say(
        "Put the story into a file story.NAME.LANGUAGE.md and the consent under `stories`, or leave out the name."
    )
    for heading in (each for each in subject.select(HEADINGS) if not is_hidden(each)):
        text = shown(heading).strip()
        place = place_of_heading(subject, heading)
        if (span := presented(text)) and story_of(place[0]) is None:
            name = shown_safely(text[slice(*span)])
            message = subject.say("“{text}” names a person, and no story with a consent holds it", text=name)
            yield Fault(message, remedy, place, sentence=shown_safely(masked(text)))


def _told_of(subject: GateSubject) -> Iterator[Fault]:
    """Yield each sentence outside a declared story that tells what a named employee went through."""
    remedy = subject.say(
        "Put the story into a file story.NAME.LANGUAGE.md and the consent under `stories`, or leave out the name."
    )
    for passage in passages(subject):
        if span := told_of(passage.text):
            name = shown_safely(passage.text[slice(*span)])
            message = subject.say("“{text}” names a person, and no story with a consent holds it", text=name)
            for place in places(subject, passage.text, *span):
                if story_of(place[0]) is None:
                    yield Fault(message, remedy, place, sentence=shown_safely(masked(passage.text)))


def _quotations(subject: GateSubject) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield each text that holds somebody's words, with where in it: sentences first, then blocks."""
    for passage in passages(subject):
        if span := spoken(base(passage.language), passage.text):
            yield passage.text, span
    for block in subject.body:
        if span := spoken_in_block(base(subject.language), block):
            yield block, span
    for element in subject.select("//blockquote"):
        if span := spoken_in_quotation(base(subject.language), text := shown(element).strip()):
            yield text, span
