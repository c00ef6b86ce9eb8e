"""What a layout says besides a text: sender, decision, contact and dates, in the language of the message."""

import base64
import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from markupsafe import Markup

from campaigns.brief import Brief
from campaigns.language import base, date_locale, direction, long_date, translations
from tasks import directions, markdown, slots
from tasks.logotype import LOGOTYPE_CID, attached_logotype, logotype_file
from tasks.workplace import Workplace


@dataclass(frozen=True)
class Told:
    """Words of the brief; ``language`` is theirs where it is not the message's, otherwise empty."""

    words: str
    language: str


@dataclass(frozen=True)
class Message:
    """What a layout prints of one variant; slots are markers, ``body`` is HTML and ``text`` the same words plain."""

    language: str
    direction: str
    subject: str
    preheader: str
    heading: str
    has_heading: bool
    body: Markup
    text: str
    sender: str
    contact_way: str
    contact_address: str
    hours: Told
    answer_within: Told
    decision_label: str
    decision_facts: str
    consultation_until: str
    feedback_by: str
    date: str
    landing_page: str
    insight_page: str
    is_internal: bool
    may_unsubscribe: bool
    logotype: str
    logotype_text: str
    unsubscribe: str
    address: tuple[str, ...]


@dataclass(frozen=True)
class ShortMessage:
    """What the layout of a text message prints: ``text`` is the line ``sms`` of the communicator's text."""

    text: str
    sender: str
    contact_way: str
    decision_label: str
    consultation_until: str
    date: str
    landing_page: str


def messages(
    brief: Brief, workplace: Workplace, wave: str, channel: str, language: str, fields: dict[str, str]
) -> tuple[Message, Message]:
    """Return the message for plain text and for HTML; they differ only in how slots of the layout are placed."""
    label, facts = _decision(brief, language)
    source = directions.telephones_whole(fields["body"].strip(), language)
    pictures = {name.removeprefix("alt:"): words for name, words in fields.items() if name.startswith("alt:")}
    common: dict[str, Any] = {
        "language": language,
        "direction": direction(language),
        "subject": fields["subject"],
        "preheader": fields.get("preheader", ""),
        "heading": fields.get("page_title") or fields["subject"],
        "has_heading": "h1" in markdown.headings(source),
        "body": Markup(markdown.to_html(source, pictures)),  # safe: HTML in the source is escaped
        "text": markdown.to_text(source, place("text", language), pictures),
        "sender": _sender(brief, language),
        "contact_way": directions.telephones_whole(brief.contact.way, language),
        "contact_address": _contact_address(brief.contact.way),
        "hours": _told(brief, language, brief.contact.hours, brief.contact.hours_in(language)),
        "answer_within": _told(brief, language, brief.contact.answer_within, brief.contact.answer_within_in(language)),
        "decision_label": label,
        "decision_facts": facts,
        "date": dates_told(brief, wave, language)[0],
        "landing_page": brief.landing_page,
        "insight_page": _insight_page(brief, source),
        "consultation_until": _day(brief.decision.consultation_until, language) if _is_proposal(brief) else "",
        "feedback_by": _day(brief.feedback_by, language) if _is_proposal(brief) else "",
        "is_internal": brief.is_internal,
        "may_unsubscribe": not brief.is_to_employees(wave),
        "logotype": _logotype(workplace, channel),
        "logotype_text": _logotype_text(workplace, language, fields),
    }
    plain = Message(**common, unsubscribe=slots.marker("unsubscribe_url", "link"), address=_address("address"))
    rich = Message(**common, unsubscribe=slots.marker("unsubscribe_url", "url"), address=_address("html"))
    return plain, rich


def _insight_page(brief: Brief, source: str) -> str:
    """Return the page about personal data; empty where there is none, or where the text itself leads to it."""
    page = brief.insight_page or ""
    return "" if f"({page})" in source or f"<{page}>" in source else page


def _address(place: str) -> tuple[str, ...]:
    name, street, apartment, postcode, city = (slots.marker(slot, place) for slot in slots.POSTAL)
    return (name, f"{street} {apartment}", f"{postcode} {city}")


def _sender(brief: Brief, language: str, *, short: bool = False) -> str:
    say, body = translations(base(language)).gettext, directions.isolated(brief.sender.body, language)
    if brief.sender.kind == "company" and not short:
        return f"{body} – {say('part of the City of Stockholm')}"
    city = "part of the City of Stockholm" if brief.sender.kind == "company" else "City of Stockholm"
    return say(", ").join((body, say(city)))


def _told(brief: Brief, language: str, written: object, words: str) -> Told:
    """Return words of the brief in a language; those written in one language only are marked as that language."""
    own = brief.languages[0] if isinstance(written, str) and language != brief.languages[0] else ""
    return Told(directions.isolated(words, language) if own else words, own)


def _contact_address(way: str) -> str:
    if re.fullmatch(r"[^@\s]+@[^@\s]+", way):
        return f"mailto:{way}"
    if re.fullmatch(r"\+?[\d\s-]{5,}", way):
        return "tel:" + re.sub(r"[\s-]", "", way)
    return way if re.fullmatch(r"https?://\S+", way) else ""


def _decision(brief: Brief, language: str, *, short: bool = False) -> tuple[str, str]:
    say, decision = translations(base(language)).gettext, brief.decision
    if decision.status == "none_needed":
        return "", ""
    proposal = say("Proposal, not decided") if short else say("Proposal – not decided")
    label = say("Decided") if decision.status == "decided" else proposal
    facts = (decision.body, _day(decision.date, language), decision.reference)
    return label, say(", ").join(directions.isolated(fact, language) for fact in facts if fact)


def _is_proposal(brief: Brief) -> bool:
    return brief.decision.status == "proposed"


def _day(day: date | None, language: str) -> str:
    """Return a day written out as the language does; empty for none."""
    return long_date(day, language) if day else ""


def dates_told(brief: Brief, wave: str, language: str) -> tuple[str, ...]:
    """Return how the date of a wave may be written in a language: first as the layouts do, then in other usual ways."""
    start = next(each.start for each in brief.waves if each.name == wave)
    local = start.astimezone(ZoneInfo(brief.schedule.time_zone)).date()
    locale = date_locale(language)
    ways = [str(format_date(local, way, locale=locale)) for way in ("long", "full", "medium", "short")]
    return tuple(dict.fromkeys((long_date(local, language), *ways, local.isoformat())))


def _logotype(workplace: Workplace, channel: str) -> str:
    if channel == "email":
        return f"cid:{LOGOTYPE_CID}" if attached_logotype(workplace) else ""
    content, media_type = logotype_file(workplace)
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _logotype_text(workplace: Workplace, language: str, fields: dict[str, str]) -> str:
    say = translations(base(language)).gettext
    if workplace.logotype:
        return say("City of Stockholm")
    return fields.get("alt:stand-in") or say("Stand-in for the city's logotype")


def short_message(brief: Brief, wave: str, language: str, line: str) -> ShortMessage:
    """Return what the layout of a text message prints around the communicator's line."""
    label, _ = _decision(brief, language, short=True)
    return ShortMessage(
        text=directions.telephones_whole(line, language, in_text_message=True),
        sender=_sender(brief, language, short=True),
        contact_way=directions.telephones_whole(brief.contact.way, language, in_text_message=True),
        decision_label=label,
        consultation_until=_day(brief.decision.consultation_until, language) if _is_proposal(brief) else "",
        date=dates_told(brief, wave, language)[0],
        landing_page="" if brief.landing_page.removeprefix("https://") in line else brief.landing_page,
    )


def place(kind: str, language: str) -> str:
    """Return the place of a slot among words of a language, such as ``html``, or ``html_rtl`` from right to left."""
    return f"{kind}_rtl" if direction(language) == "rtl" else kind
