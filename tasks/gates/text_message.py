"""Text messages: short enough, from a sender that telephones show, and naming the city."""

from collections.abc import Iterator

from campaigns.channels import load_channels
from campaigns.language import base, translations
from tasks.gates.readability import quote
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.sender import CITY
from tasks.gates.subject import BRIEF_FILE, SHORT_TEXT, GateSubject
from tasks.text_message import GSM_LETTERS, count, named, replaceable


@gate("sms_parts")
def sms_parts(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: few parts, and UCS-2 only for what cannot be written otherwise; nothing is ever replaced on the way out."""
    if subject.channel not in SHORT_TEXT:
        return
    counted = count(subject.text)
    for character, plain in replaceable(counted.forcing).items():
        message = subject.say(
            "The character {character} leaves room for 70 characters in each part of the text message, not 160",
            character=named(character),
        )
        remedy = (
            subject.say("Write {plain} in its place.", plain=f"“{plain}”" if plain.strip() else subject.say("a space"))
            if plain else subject.say("Leave it out.")
        )  # fmt: skip
        yield Fault(message, remedy, _place(subject, character), sentence=_sentence(subject, character))
    if counted.parts > threshold["parts"]:
        message = subject.say(
            "The text message takes {parts} parts, at most {limit}", parts=counted.parts, limit=threshold["parts"]
        )
        remedy = subject.say("Shorten the line `sms`, and let the page it leads to tell the rest.")
        yield Fault(message, remedy, _line(subject), sentence=subject.body[0] if subject.body else "")


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
        yield Fault(message, remedy, subject.key("sender"))
    city = (*CITY, translations(base(subject.language)).gettext(CITY[1]))
    if not any(name.casefold() in " ".join(subject.text.split()).casefold() for name in city):
        message = subject.say("The text message does not name the City of Stockholm")
        yield Fault(message, subject.say("Use the channel's own layout, which does."), _line(subject))


def _can_be_shown(sender: str) -> bool:
    signs = all(sign in GSM_LETTERS or (sign.isascii() and sign.isdigit()) for sign in sender)
    return bool(sender) and signs and sender[0] in GSM_LETTERS


def _line(subject: GateSubject) -> tuple[str, int]:
    """Return where the line `sms` of the text begins."""
    return subject.source, next((number for number, _ in subject.field("sms")), 1)


def _place(subject: GateSubject, character: str) -> tuple[str, int]:
    """Return where a character was written: in the line `sms`, else in the brief, else told as that line."""
    written = next((number for number, line in subject.field("sms") if character in line), 0)
    brief = next((number for number, line in subject.numbered(BRIEF_FILE) if character in line), 0)
    if written or character in subject.body[0] or not brief:
        return (subject.source, written) if written else _line(subject)
    return BRIEF_FILE, brief


def _sentence(subject: GateSubject, character: str) -> str:
    """Return the line of the message that holds a character."""
    return next((line for line in subject.text.splitlines() if character in line), "")
