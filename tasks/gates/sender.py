"""Who speaks, on whose behalf, what is decided and how to answer: present in every variant and every part of it."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from campaigns.brief_answers import reaches_nobody
from campaigns.language import base, translations
from campaigns.programme import load_programme
from tasks.gates.masking import shown_safely
from tasks.gates.reading import collapsed, is_hidden, shown
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import SHORT_TEXT, GateSubject

CITY = ("Stockholms stad", "City of Stockholm")
DECISION = {"decided": "Decided", "proposed": "Proposal – not decided"}
ENDORSEMENT = "part of the City of Stockholm"
LOGOTYPE = "//*[contains(concat(' ', normalize-space(@class), ' '), ' logotype ') or @data-logotype]"
REACHES = re.compile(
    r"[^\s@]@[\w-]+\.\w|(?:\d\D{0,3}){5}|[\w-]\.[a-z]{2,}\b|[^\W\d_]{3,}\W+(?:\w+\W+)*\d", re.IGNORECASE
)
"""A mail address, five digits of a telephone number, a web address, or words and a number as in a street address."""
SAYS_WHEN = re.compile(r"\d|[^\W\d_]{3,}")
CONSENT = re.compile(r"(?<![\d.])6\s*[.(]?\s*1(?!\d)\W*a(?!\w)", re.IGNORECASE)
WITHDRAWN_IN = frozenset({"email"})
"""Channels whose shared layout prints the address where one withdraws, which holds this word:"""
UNSUBSCRIBE = "unsubscribe"
SHORT_PROPOSAL = "Proposal, not decided"


@gate("sender_present")
def sender_present(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P6b: the sender stands in every part, and a department's text names the city."""
    sender = subject.brief.sender
    for part in subject.frames:
        if not _holds(part, sender.body):
            message = subject.say("The sender “{sender}” is missing", sender=sender.body)
            yield _fault(subject, message, subject.layout("sender", part))
        elif sender.kind == "department" and not any(_holds(part, city) for city in CITY):
            message = subject.say("The City of Stockholm is not named as sender")
            yield _fault(subject, message, subject.layout("sender", part))


@gate("endorsement")
def endorsement(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P6b2: a company always says that it is part of the city."""
    wanted = load_programme().endorsement.get(base(subject.language)) or _translated(ENDORSEMENT, subject)
    if subject.brief.sender.kind != "company":
        return
    for part in subject.frames:
        if not _holds(part, wanted):
            message = subject.say("A company's message must say “{phrase}”", phrase=wanted)
            yield _fault(subject, message, subject.layout("sender", part))


@gate("logotype")
def logotype(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P6b: a visible logotype in every variant that can hold a picture."""
    if subject.channel in SHORT_TEXT:
        return
    if not any(_is_seen(element) for element in subject.select(LOGOTYPE)):
        message = subject.say("The logotype is missing")
        yield _fault(subject, message, subject.layout("sender"))


@gate("decision_label")
def decision_label(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P6d: the reader sees whether this is decided, by whom, or only proposed; a text message only whether."""
    decision = subject.brief.decision
    if decision.status == "none_needed":
        return
    label = _translated(DECISION[decision.status], subject)
    is_short = subject.channel in SHORT_TEXT
    labels = (label, _translated(SHORT_PROPOSAL, subject)) if is_short and decision.status == "proposed" else (label,)
    for part in subject.frames:
        if not any(each in part for each in labels):  # with its capital: “Vad är beslutat?” is no label
            message = subject.say("Nothing says whether this is decided: “{label}” is missing", label=label)
            yield _fault(subject, message, subject.layout("decision", part))
            continue
        for fact in filter(None, () if is_short else (decision.body, decision.reference)):
            if not _holds(part, fact):
                message = subject.say("The decision is not told in full: “{fact}” is missing", fact=fact)
                yield _fault(subject, message, subject.layout("decision", part))


@gate("contact_present")
def contact_present(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P4b: a living way to answer stands in every part."""
    contact, language = subject.brief.contact, subject.language
    facts = (contact.way, contact.hours_in(language), contact.answer_within_in(language))
    yield from _unreachable(subject, facts)
    told_in_full = subject.channel not in SHORT_TEXT
    for part in subject.frames:
        for fact in facts if told_in_full else facts[:1]:
            if not _holds(part, fact):
                message = subject.say("The way to contact us is not told in full: “{fact}” is missing", fact=fact)
                yield _fault(subject, message, subject.layout("contact", part))


@gate("unsubscribe_present")
def unsubscribe_present(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P1: whoever gets a message by consent is told in it how to withdraw the consent."""
    by_consent = any(CONSENT.search(row.article) for row in subject.brief.legal_basis)
    if not by_consent or subject.channel not in WITHDRAWN_IN or subject.brief.is_to_employees(subject.wave):
        return
    links = [link.get("href", "") for link in subject.select("//a[@href]") if not is_hidden(link) and shown(link)]
    told = {subject.text: subject.text, subject.html: " ".join(links)}
    for part in (part for part, words in told.items() if part.strip() and UNSUBSCRIBE not in words):
        message = subject.say("Nothing tells the reader how to unsubscribe")
        yield _fault(subject, message, subject.layout("contact", collapsed(part)))


def _unreachable(subject: GateSubject, facts: tuple[str, str, str]) -> Iterator[Fault]:
    """Yield what of the contact nobody can use: a way that leads to nobody, hours or a time that say nothing."""
    way, *times = facts
    if not REACHES.search(way) or reaches_nobody(way):
        message = subject.say("Nobody can be reached by “{way}”", way=way)
        remedy = subject.say("Write a mail address, a telephone number, a web address or where to come.")
        yield Fault(message, remedy, _line_of_contact(subject, "way"), sentence=shown_safely(way))
    for name, words in zip(("hours", "answer_within"), times, strict=True):
        if not SAYS_WHEN.search(words):
            message = subject.say("“{words}” does not say when one gets an answer", words=words)
            remedy = subject.say("Write such as “weekdays 9 am to 3 pm” or “two working days”.")
            yield Fault(message, remedy, _line_of_contact(subject, name), sentence=shown_safely(words))


def _line_of_contact(subject: GateSubject, name: str) -> tuple[str, int]:
    """Return where the brief writes a key of the contact: in the line of the text's language where it has one."""
    file, first = subject.key("contact")
    found = 0
    for number, line in subject.numbered(file)[first - 1 :]:
        if number > first and line[:1].strip(" #\t"):
            break
        if not found and re.search(rf"(?<!\w){name}\s*:", line):
            found = number
        elif found and re.match(r"  [\w-]+\s*:", line):
            break
        elif found and re.match(rf"\s+[\"']?{re.escape(subject.language)}[\"']?\s*:", line):
            return file, number
    return file, found or first


def _translated(phrase: str, subject: GateSubject) -> str:
    """Return a phrase as the layouts print it in the language of the text."""
    return translations(base(subject.language)).gettext(phrase)


def _holds(part: str, phrase: str) -> bool:
    return " ".join(phrase.split()).casefold() in part.casefold()


def _is_seen(element: HtmlElement) -> bool:
    return not is_hidden(element) and bool(shown(element) or next(element.iter("img", "svg"), None) is not None)


def _fault(subject: GateSubject, message: str, place: tuple[str, int]) -> Fault:
    return Fault(message, use_layout(subject, place), place)


def use_layout(subject: GateSubject, place: tuple[str, int]) -> str:
    """Return how to mend what a layout would have printed: in the campaign's own template, or by doing without it."""
    if place[0].endswith(".j2"):
        return subject.say("Print it in {file}, or take the block away so that the shared layout does.", file=place[0])
    return subject.say("Use the channel's own layout, which prints this from the brief, or write it in the text.")
