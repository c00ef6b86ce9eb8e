"""Contrast between text and what it stands on, from the colours that a page declares.

Seen: colours of rules and attributes, inherited and laid over each other where they are see-through, in the light and
the dark colour scheme, on narrow and wide screens. Not seen, and left to ``budkavle check --browser``: text over
pictures and gradients, colours in variables, rules with selectors that :mod:`tasks.gates.style_rules` leaves out, and
elements placed over others.
"""

from collections.abc import Iterator
from functools import lru_cache

import lxml.html

from tasks.gates.appearance import Colour, Seen, over, texts_seen
from tasks.gates.masking import shown_safely
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject

OWN_TEMPLATE = ".j2"


@gate("contrast")
def contrast(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: text stands out from its ground, 4.5 to 1, large text 3 to 1, in every colour scheme and width."""
    if subject.document is None:
        return
    remedy = subject.say("Choose a darker colour for the text or a lighter ground; in the dark scheme the reverse.")
    told: set[object] = set()
    for text in _seen(subject.html):
        least = threshold["large"] if text.look.large else threshold["text"]
        if not text.look.sure or round(text.look.ratio, 2) >= least or text.words in told:
            continue
        told.add(text.words)
        place = _place(subject, text.declared, text.words)
        if place[0].endswith(OWN_TEMPLATE) and place in told:  # one colour of a rule is one fault, whatever it paints
            continue
        told.add(place)
        values = {
            "colour": _written(over(text.look.colour, text.look.ground)), "ground": _written(text.look.ground),
            "ratio": int(text.look.ratio * 10) / 10, "least": least,  # cut, never rounded up to what would be enough
        }  # fmt: skip
        message = (
            subject.say(
                "The text is hard to see in the dark scheme: {colour} on {ground} is {ratio} to 1, at least {least}",
                **values,
            )
            if text.dark
            else subject.say(
                "The text is hard to see: {colour} on {ground} is {ratio} to 1, at least {least}", **values
            )
        )
        yield Fault(message, remedy, place, sentence=shown_safely(text.words))


@lru_cache(maxsize=256)
def _seen(page: str) -> tuple[Seen, ...]:
    return tuple(texts_seen(lxml.html.document_fromstring(page)))


def _written(colour: Colour) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour[:3])


def _place(subject: GateSubject, declared: tuple[str, str], words: str) -> tuple[str, int]:
    """Return where the colour, or its ground, was written in the own template, otherwise where the words were."""
    templates = [name for name in subject.written if name.endswith(OWN_TEMPLATE)]
    for colour in filter(None, declared):
        for name in templates:
            for number, line in subject.numbered(name):
                if colour.lower() in line.lower():
                    return name, number
    return subject.place(words)
