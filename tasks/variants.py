"""One variant: a rendered text in its channel's layout, every slot in its place, and the bytes that are sent."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from campaigns.brief import Brief
from campaigns.errors import InputError
from campaigns.text_rendering import PARTS
from campaigns.texts import TextSource
from tasks import layouts, letters, mime, slots, text_pictures
from tasks.combinations import Combination, open_channels
from tasks.logotype import LOGOTYPE_CID, attached_logotype
from tasks.slot_values import default_of, default_values
from tasks.workplace import Workplace, pseudonym

SMS = "sms"


@dataclass(frozen=True)
class RenderedVariant:
    """One distinct text: ``facts`` is the first of the combinations that get it, ``source`` the file it came from.

    ``parts`` are the other files of the campaign whose words it holds, such as stories.

    ``subject``, ``text`` and ``html`` hold slots as markers; :func:`tasks.slots.parse` fills them as it fills
    ``template``, the bytes that are sent.
    """

    variant: str
    wave: str
    channel: str
    language: str
    facts: Mapping[str, str]
    combinations: tuple[Combination, ...]
    source: str
    subject: str
    text: str
    html: str
    template: bytes
    slots: tuple[str, ...]
    digest: str
    parts: tuple[str, ...] = ()


def make_variant(
    brief: Brief,
    folder: Path,
    workplace: Workplace,
    shared: tuple[Combination, ...],
    source: TextSource,
    answer: Mapping[str, str],
    made: Mapping[str, str],
    *,
    all_shown: bool = True,
) -> RenderedVariant:
    """Return the variant that combinations share: its fields in the channel's layout, or in the campaign's own.

    ``made`` is what the own templates made of it. Raises InputError, ``where`` naming what the fault stands in; unless
    ``all_shown``, a picture that cannot be shown is none: the variant is to be judged, and must not be sent.
    """
    wave, channel, language, facts = shared[0]
    fields = on_one_line(answer)
    told = (wave, channel, language)
    text, html = layouts.compose(brief, workplace, told, fields, folder=folder, made=made, all_shown=all_shown)
    subject = slots.put_in_place(fields["subject"], "text")
    _only_known_slots(brief, subject + text + html)
    if channel in open_channels(brief):
        defaults = {slot.name: default_of(slot, language, brief) for slot in brief.slots}
        subject, text, html = (slots.parse(part.encode()).fill(defaults).decode() for part in (subject, text, html))
    template = html.encode() or text.encode()
    if channel == "email":
        template = _email(brief, folder, workplace, (wave, language), fields["subject"], text, html)
    elif channel == "letter":
        template = letters.letter_template(html, default_values(brief, language))
    _only_known_slots(brief, subject + text + html)  # again: a page's defaults stand in it now
    digest = _digest(subject, text, html, template)
    return RenderedVariant(
        variant=f"{channel}-{language}-{_digest(wave, digest)[:12]}",
        wave=wave, channel=channel, language=language, facts=dict(facts), combinations=shared, source=source.path.name,
        subject=subject, text=text, html=html, template=template,
        slots=tuple(sorted(slots.parse(template).slot_names)), digest=digest,
        parts=tuple(answer[PARTS].split("\n")) if answer[PARTS] else (),
    )  # fmt: skip


def _only_known_slots(brief: Brief, printed: str) -> None:
    known = {*slots.BUILT_IN, *slots.POSTAL, *(slot.name for slot in brief.slots)}
    if left := slots.left_over(printed, known):
        raise InputError(
            "the text holds a word that is kept for the places of slots",
            where=left,
            remedy="remove it, and print a slot only as {{ its_name }}.",
        )


def on_one_line(answer: Mapping[str, str]) -> dict[str, str]:
    """Return the rendered fields, all but the body on one line."""
    return {field: value if field == "body" else _on_one_line(field, value) for field, value in answer.items()}


def _on_one_line(field: str, value: str) -> str:
    """Return a field on one line; a text message keeps its author's own spaces, which its gates name."""
    return re.sub(r"[ \t\r\n]+", " ", value).strip() if field == SMS else " ".join(value.split())


def _email(
    brief: Brief, folder: Path, workplace: Workplace, goes: tuple[str, str], subject: str, text: str, html: str
) -> bytes:
    wave, language = goes
    content = _digest(workplace.sender_address, language, subject, text, html)
    envelope = mime.Envelope(
        sender=brief.sender.body,
        sender_address=workplace.sender_address,
        reply_to=brief.contact.way if "@" in brief.contact.way and " " not in brief.contact.way else "",
        language=language,
        subject=subject,
        boundary="=_" + pseudonym(workplace.key, "boundary", content),
        one_click=bool(workplace.public_url),
        unsubscribe=not brief.is_to_employees(wave),
    )
    logotype = attached_logotype(workplace)
    shown = [(*logotype, LOGOTYPE_CID)] if logotype and f"cid:{LOGOTYPE_CID}" in html else []
    return mime.email_template(envelope, text, html, [*shown, *text_pictures.attached(html, folder)])


def _digest(*parts: str | bytes) -> str:
    """Return SHA-256 over the parts, each preceded by its length so that none can flow into the next."""
    whole = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        whole.update(len(content).to_bytes(8, "big") + content)
    return whole.hexdigest()
