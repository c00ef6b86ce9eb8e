"""Text messages: short enough, from a sender that telephones show, and naming the city."""

import re
from collections.abc import Iterator

from campaigns.channels import load_channels
from campaigns.language import base, translations
from tasks.gates.masking import quote
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.sender import CITY
from tasks.gates.subject import SHORT_TEXT, GateSubject
from tasks.gates.written import BRIEF_FILE
from tasks.text_message import GSM_LETTERS, count, named, replaceable

TEXT_SENDER = re.compile(r"^(?!\s*#).*\btext_sender\s*:")


@gate("sms_parts")
def sms_parts(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: few parts, and UCS-2 only for what cannot be written otherwise; nothing is ever replaced on the way out."""
    if subject.channel not in SHORT_TEXT:
        return
    instead = replaceable(count(subject.text).forcing)
    for character, plain in instead.items():
        message = subject.say(
            "The character {character} leaves room for 70 characters in each part of the text message, not 160",
            character=named(character),
        )
        place, sentence = _place(subject, character), _sentence(subject, character)
        yield Fault(message, _remedy(subject, plain), place, sentence=sentence)
    mended = count("".join(instead.get(character, character) for character in subject.text))
    limit = threshold["parts" if mended.alphabet == "GSM-7" else "parts_of_other_letters"]
    if mended.parts > limit:
        message = subject.say("The text message takes {parts} parts, at most {limit}", parts=mended.parts, limit=limit)
        remedy = subject.say("Shorten the line `sms`, and let the page it leads to tell the rest.")
        yield Fault(message, remedy, _line(subject), sentence=subject.body[0])


@gate("sms_sender")
def sms_sender(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P6b: telephones show at most 11 letters and digits of a sender, so that the text names the city."""
    if subject.channel not in SHORT_TEXT:
        return
    sender = subject.brief.sender.of_channel(load_channels()[subject.channel].text_sender)
    limit = int(threshold["characters"])
    if len(sender) > limit or not _can_be_shown(sender):
        message = subject.say("The sender of the text message, “{sender}”, cannot be shown", sender=quote(sender))
        remedy = subject.say(
            "Give sender.text_sender a letter first and at most {limit} letters and digits, without spaces.",
            limit=limit,
        )
        yield Fault(message, remedy, _sender_place(subject))
    city = (*CITY, translations(base(subject.language)).gettext(CITY[1]))
    if not any(name.casefold() in " ".join(subject.text.split()).casefold() for name in city):
        message = subject.say("The text message does not name the City of Stockholm")
        yield Fault(message, subject.say("Use the channel's own layout, which does."), _line(subject))


def _remedy(subject: GateSubject, plain: str) -> str:
    if not plain:
        return subject.say("Leave it out.")
    return subject.say("Write {plain} in its place.", plain=f"“{plain}”" if plain.strip() else subject.say("a space"))


def _can_be_shown(sender: str) -> bool:
    signs = all(sign in GSM_LETTERS or (sign.isascii() and sign.isdigit()) for sign in sender)
    return bool(sender) and signs and sender[0] in GSM_LETTERS


def _sender_place(subject: GateSubject) -> tuple[str, int]:
    """Return where the sender of text messages is written; where it is the channel's own, the brief's `sender`."""
    own = (number for number, line in subject.numbered(BRIEF_FILE) if TEXT_SENDER.search(line))
    return (BRIEF_FILE, number) if (number := next(own, 0)) else subject.key("sender")


def _line(subject: GateSubject) -> tuple[str, int]:
    """Return where the line `sms` of the text begins."""
    return subject.source, next((number for number, _ in subject.field("sms")), 1)


def _place(subject: GateSubject, character: str) -> tuple[str, int]:
    """Return where a character was written: in the line `sms`, else in the brief, else told as that line."""
    for number, line in subject.field("sms"):
        if character in line:
            return subject.source, number
    at = subject.text.index(character)
    for around in (16, 8, 4, 2):  # the brief may hold the character elsewhere as well
        excerpt = subject.text[max(0, at - around) : at + around + 1].strip()
        for number, line in subject.numbered(BRIEF_FILE):
            if excerpt in line:
                return BRIEF_FILE, number
    return _line(subject)


def _sentence(subject: GateSubject, character: str) -> str:
    """Return the line of the message that holds a character."""
    return next((line for line in subject.text.splitlines() if character in line), "")
