"""Letters to the city's own people, found in the directory: reminders and summaries, never anything to the public."""

import smtplib
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid
from pathlib import Path

from campaigns.approvers import load_directory
from campaigns.errors import GatewayUnavailable
from tasks.mail_policy import MAIL
from tasks.senders.smtp_relays import relays_of
from tasks.workplace import Workplace

LARGEST_ATTACHMENT = 4_000_000
"""Bytes; a larger page is only named, since many mail servers refuse messages above 10 MB after encoding."""


def send(workplace: Workplace, persons: Sequence[str], subject: str, text: str, page: Path | None = None) -> list[str]:
    """Mail a letter to persons of the directory, one each; returns the ids of those whose letter was taken.

    Whom the directory does not know, or the relay refuses, is left out. Raises InputError where the directory cannot be
    read, GatewayUnavailable where no relay answers; neither names an address.
    """
    known = load_directory(workplace.directory).persons
    letters = [(person, _letter(workplace, known[person].address, subject, text, page))
               for person in dict.fromkeys(persons) if person in known]  # fmt: skip
    if not letters:
        return []
    for relay in relays_of(workplace.smtp_url):
        try:
            with relay.connect(_domain(workplace)) as server:
                return [person for person, letter in letters if _taken(server, letter)]
        except (OSError, smtplib.SMTPException):
            continue
    raise GatewayUnavailable(
        "the mail relay took no letter to the city's own people",
        where="BUDKAVLE_SMTP_URL",
        remedy="see that the relay answers; the letter is sent again at the next occasion.",
    )


def _taken(server: smtplib.SMTP, letter: EmailMessage) -> bool:
    try:
        server.send_message(letter)
    except smtplib.SMTPRecipientsRefused:
        return False
    return True


def _letter(workplace: Workplace, address: str, subject: str, text: str, page: Path | None) -> EmailMessage:
    letter = EmailMessage(policy=MAIL)
    letter["From"], letter["To"] = workplace.sender_address, address
    letter["Subject"] = " ".join(subject.split())
    letter["Date"], letter["Message-ID"] = format_datetime(localtime()), make_msgid(domain=_domain(workplace))
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    if page is not None and page.stat().st_size <= LARGEST_ATTACHMENT:
        letter.add_attachment(page.read_bytes(), "text", "html", filename=f"{page.parent.name}.html")
    return letter


def _domain(workplace: Workplace) -> str:
    return workplace.sender_address.rpartition("@")[2]
