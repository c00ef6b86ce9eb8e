"""Pictures of a text: each with its rights in the brief, and one of a person looked at by a person."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from campaigns.brief import Image
from tasks.gates.masking import shown_safely
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.sender import LOGOTYPE
from tasks.gates.subject import GateSubject

MARKDOWN_PICTURE = re.compile(r"!\[([^\]]*)\]\(\s*<?([^)\s>]+)")
TEMPLATE_PICTURE = re.compile(r"<img\b[^>]*?\bsrc=[\"']([^\"'{}]+)[\"']", re.IGNORECASE)
PERSONS = re.compile(
    r"\b(?:\w*barn(?:et|en)?|ungdom(?:ar)?|bebis\w*|elev(?:en|er|erna)?|familj(?:en|er)?|flick(?:a|an|or|orna)|pojk(?:e|en|ar|arna)"
    r"|kvinn(?:a|an|or|orna)|män(?:nen)?|mannen|(?:en|ung|gammal|äldre) man"
    r"|person(?:en|er|erna)?|människ(?:a|an|or|orna)|medarbetare\w*"
    r"|kolleg(?:a|an|or)|vuxen|vuxna|tonåring\w*|förälder|föräldrar\w*|pensionär\w*|lärare\w*"
    r"|child(?:ren)?|girls?|boys?|wom[ae]n|(?:a|the|old|young|two|three|some) m[ae]n|persons?|people"
    r"|pupils?|students?|teachers?|famil(?:y|ies)|parents?"
    r"|employees?|colleagues?|baby|babies"
    r"|lapsi|lapset|lapsia|tyttö|poika|nainen|mies|henkilö|oppilas|perhe|työntekijä"
    r"|ilmo|carruur\w*|wiil|gabar|nin|haweeney|qof|dad|arday\w*|qoys)\b"
    r"|طفل|أطفال|فتاة|ولد|امرأة|رجل|شخص|أشخاص|تلميذ|عائلة|موظف",
    re.IGNORECASE,
)


@gate("image_declared")
def image_declared(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: every picture of a text stands in the brief's `images`, with its source and licence."""
    known = {_name(image.file) for image in subject.brief.images}
    remedy = subject.say("Add it to `images` in the brief with source and licence, or take the picture away.")
    for name, alternative in _pictures(subject):
        if name not in known:
            message = subject.say("The picture {name} does not stand in the brief", name=name[:80])
            yield Fault(message, remedy, subject.place(name), sentence=shown_safely(alternative))


@gate("image_person")
def image_person(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: a picture of somebody, above all of a child, is looked at before it is shown."""
    declared = {_name(image.file): image for image in subject.brief.images}
    remedy = subject.say("Look at the picture: is it right to show, does the consent hold, is nobody shown in need?")
    for name, alternative in _pictures(subject):
        image = declared.get(name)
        if image is not None and image.shows_child:
            message = subject.say("The picture {name} shows a child", name=name[:80])
        elif (image is not None and _shows_somebody(image)) or PERSONS.search(alternative):
            message = subject.say("The picture {name} shows a person", name=name[:80])
        else:
            continue
        yield Fault(message, remedy, subject.place(name), sentence=shown_safely(alternative))


def _shows_somebody(image: Image) -> bool:
    return image.shows_person or image.consent is not None


def _pictures(subject: GateSubject) -> list[tuple[str, str]]:
    """Return file name and alternative text of every picture but the logotype, each once.

    What the text shows is read from the text itself too, as a channel may have put the picture's bytes in its place.
    """
    logotype = {id(image) for element in subject.select(LOGOTYPE) for image in element.iter("img")}
    found = {
        _name(image.get("src", "")): image.get("alt", "")
        for image in subject.select("//img[@src]")
        if id(image) not in logotype and not image.get("src", "").startswith(("data:", "cid:"))
    }
    for name in subject.written:
        written = "\n".join(subject.lines(name))
        if name.endswith(".md"):
            found |= {_name(file): alternative for alternative, file in MARKDOWN_PICTURE.findall(written)}
        elif name.endswith(".j2"):
            found |= {_name(file): found.get(_name(file), "") for file in TEMPLATE_PICTURE.findall(written)}
    return [(name, alternative) for name, alternative in found.items() if name]


def _name(address: str) -> str:
    """Return the file name of an address, as the brief's `images` write it."""
    if address.startswith("data:"):  # its bytes stand in the template: it has no name but its kind
        return re.split("[;,]", address)[0]
    return unquote(urlsplit(address).path if "://" in address else address).split("?")[0].rsplit("/", 1)[-1]
