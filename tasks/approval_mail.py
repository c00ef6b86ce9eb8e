"""The letters that carry the approvers' one-time codes: what they are about, and their delivery over SMTP."""

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from campaigns.errors import GatewayUnavailable, InputError
from tasks.local_time import CITY
from tasks.mail_policy import MAIL
from tasks.senders.smtp_relays import relays_of
from tasks.workplace import Workplace


@dataclass(frozen=True)
class Review:
    """A finding of kind H that the approver must read: its id, what it says, what to do, and the words it stands in."""

    id: str
    message: str
    remedy: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class Request:
    """One approver asked in one role; the code stands here only on its way into the letter.

    ``why``: the reason in the table of roles. ``afterwards``: the person reviews what is sent, and the sending does not
    wait for it.
    """

    role: str
    approver: str
    code: str = field(repr=False)
    expires_at: datetime
    why: str = ""
    afterwards: bool = False


def deliver(workplace: Workplace, letters: Sequence[tuple[str, EmailMessage]]) -> None:
    """Send (person id, letter) over the first relay that answers.

    Raises GatewayUnavailable where none takes them all, InputError where one refuses an address; neither names one.
    """
    for relay in relays_of(workplace.smtp_url):
        try:
            with relay.connect(domain(workplace)) as server:
                for person, letter in letters:
                    _send(server, person, letter)
            return
        except (OSError, smtplib.SMTPException):
            continue
    raise GatewayUnavailable(
        "the mail relay did not take the approvers' codes; none of them can be used",
        where="BUDKAVLE_SMTP_URL",
        remedy="see that the relay answers, then run the same command again: new codes are mailed.",
    )


def addressed(workplace: Workplace, address: str, subject: str) -> EmailMessage:
    """Return a letter of ours with its head, dated now, still without a body."""
    letter = EmailMessage(policy=MAIL)
    letter["Subject"] = subject
    letter["From"] = workplace.sender_address
    letter["To"] = address
    letter["Date"] = format_datetime(datetime.now(CITY))
    letter["Message-ID"] = make_msgid(domain=domain(workplace))
    letter["Auto-Submitted"] = "auto-generated"
    return letter


def _send(relay: smtplib.SMTP, person: str, letter: EmailMessage) -> None:
    try:
        relay.send_message(letter)
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        if code < 500:
            raise
        raise InputError(
            f"the mail relay refuses the address of {person} (reply {code}); no code that was mailed can be used",
            where="BUDKAVLE_DIRECTORY",
            remedy="correct the person's address in the approvers' directory, then run the same command again.",
        ) from None


def domain(workplace: Workplace) -> str:
    """Return the domain that our own letters come from."""
    return workplace.sender_address.rpartition("@")[2]
