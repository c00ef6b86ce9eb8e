"""Words of somebody: an employee's own are a story (S7), which rests on a written consent."""

from collections.abc import Iterator

from campaigns.language import base
from campaigns.stories import story_of
from tasks.gates.masking import masked, shown_safely
from tasks.gates.passages import passages, places
from tasks.gates.reading import shown
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.speech import spoken, spoken_in_block, spoken_in_quotation
from tasks.gates.subject import GateSubject


@gate("employee_quoted")
def employee_quoted(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """S7: whoever is quoted outside a declared story is looked at by a person, who knows whether there is a consent."""
    message = subject.say("Somebody is quoted, and no story with a consent holds the words")
    remedy = subject.say(
        "Put an employee's words into a file story.NAME.LANGUAGE.md and the consent under `stories`; "
        "a person reads other quotations."
    )
    told = set[tuple[str, int]]()
    for text, (start, end) in _quotations(subject):
        for place in places(subject, text, start, end):
            if story_of(place[0]) is None and place not in told:
                told.add(place)
                yield Fault(message, remedy, place, sentence=shown_safely(masked(text)))


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
