"""The letter that carries an approver's one-time code: composed here, delivered over SMTP by :func:`deliver`."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from babel.dates import format_datetime as format_local

from campaigns.approvers import Person
from campaigns.errors import GatewayUnavailable, InputError
from campaigns.language import translations
from tasks.runs import Run
from tasks.workplace import Workplace

SECONDS_TO_WAIT = 30.0


@dataclass(frozen=True)
class Review:
    """A finding of kind H that the approver must read: its id and what it says."""

    gate: str
    message: str


@dataclass(frozen=True)
class Request:
    """One approver asked in one role; the code stands here only on its way into the letter."""

    role: str
    approver: str
    code: str = field(repr=False)
    expires_at: datetime


def compose(
    workplace: Workplace, run: Run, request: Request, person: Person, reviews: Sequence[Review]
) -> EmailMessage:
    """Return the letter in the language of the settings, dated now."""
    brief, zone = run.brief, run.brief.schedule.time_zone
    text = translations(workplace.language).gettext
    names = {
        "name": person.name,
        "title": " ".join(brief.title.split()),
        "sender": brief.sender.body,
        "run": run.run,
        "digest": (run.digest or "")[:12],
        "role": text(request.role.replace("_", " ")),
        "preview": workplace.run_folder(run.run, "preview") / "index.html",
        "command": _command(run.run, request.code, reviews),
        "expires": _local(request.expires_at, zone, workplace.language),
        "start": _local(min(wave.start for wave in brief.waves), zone, workplace.language),
    }
    parts = [
        text("Hello %(name)s,"),
        text("The campaign “%(title)s” from %(sender)s waits for your approval as %(role)s."),
        text("Preview: %(preview)s\nFirst sending: %(start)s\nRun: %(run)s\nContent: %(digest)s"),
        text("To approve, run this command:\n\n    %(command)s"),
        text("The code can be used once, until %(expires)s, and holds for exactly this content: any change voids it."),
        text("If you do not approve, do nothing and tell the communicator why."),
    ]
    body = [part % names for part in parts]
    if reviews:
        points = [f"- {each.gate}: {each.message}" for each in reviews]
        body.insert(3, "\n".join([text("Read this and take a stand on each point:"), *points]))
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = text("Approve the campaign “%(title)s”") % names
    letter["From"] = workplace.sender_address
    letter["To"] = person.address
    letter["Date"] = format_datetime(datetime.now(ZoneInfo(zone)))
    letter["Message-ID"] = make_msgid(domain=_domain(workplace))
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content("\n\n".join(body) + "\n")
    return letter


def deliver(workplace: Workplace, letters: Sequence[tuple[str, EmailMessage]]) -> None:
    """Send (person id, letter) over the first relay that answers.

    Raises GatewayUnavailable where none takes them all, InputError where one refuses an address; neither names one.
    """
    for url in workplace.smtp_url.split(","):
        try:
            with _connect(workplace, url.strip()) as relay:
                for person, letter in letters:
                    _send(relay, person, letter)
            return
        except (OSError, smtplib.SMTPException):
            continue
    raise GatewayUnavailable(
        "the mail relay did not take the approvers' codes; none of them can be used",
        where="BUDKAVLE_SMTP_URL",
        remedy="see that the relay answers, then run the same command again: new codes are mailed.",
    )


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


def _connect(workplace: Workplace, url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    relay = kind(
        parts.hostname or "127.0.0.1", parts.port or 25, local_hostname=_domain(workplace), timeout=SECONDS_TO_WAIT
    )
    try:
        relay.ehlo()
        if kind is smtplib.SMTP and relay.has_extn("starttls"):
            relay.starttls(context=ssl.create_default_context())
        if parts.username:
            relay.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        relay.close()
        raise
    return relay


def _command(run: str, code: str, reviews: Sequence[Review]) -> str:
    gates = dict.fromkeys(each.gate for each in reviews)
    return " ".join([f"budkavle approve {run} --code {code}", *(f"--reviewed {gate}" for gate in gates)])


def _local(instant: datetime, zone: str, language: str) -> str:
    return str(format_local(instant, "long", tzinfo=ZoneInfo(zone), locale=language))


def _domain(workplace: Workplace) -> str:
    return workplace.sender_address.rpartition("@")[2]
