"""The bytes of an e-mail, made once per variant: slots stand in them as plain bytes and are joined in when it is sent.

The standard library writes every header and part; only headers that hold slots are put before its bytes, each slot
already encoded by its place. Bodies are 8-bit UTF-8, so that a value is not encoded twice.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage

from tasks import slots
from tasks.mail_policy import MAIL, is_plain

LONGEST_LINE = 998  # bytes, RFC 5322
FIRST_HEADER = b"To: "
_TOO_LONG = re.compile(rb"[^\r\n]{%d,}" % (LONGEST_LINE + 1))


@dataclass(frozen=True)
class Envelope:
    """What the headers of a variant say; ``reply_to`` may be empty, ``boundary`` must not be guessable.

    Who cannot ``unsubscribe``, as employees from their employer's notices, gets no link that names the message.
    """

    sender: str
    sender_address: str
    reply_to: str
    language: str
    subject: str
    boundary: str
    one_click: bool
    unsubscribe: bool = True


def email_template(envelope: Envelope, text: str, html: str, pictures: Sequence[tuple[bytes, str, str]] = ()) -> bytes:
    """Return the whole message with slots, CRLF line ends; ``pictures`` are content, media type, content id.

    ``Auto-Submitted`` (RFC 3834) keeps automatic answers away from the contact address. Unsubscribing follows RFC 2369
    and, where there is a page for it, RFC 8058.
    """
    message = EmailMessage(policy=MAIL)
    if _is_plain(envelope.sender):
        message["From"] = Address(envelope.sender, addr_spec=envelope.sender_address)
    if envelope.reply_to:
        message["Reply-To"] = envelope.reply_to
    if envelope.one_click and envelope.unsubscribe:
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    if _is_plain(envelope.subject):
        message["Subject"] = envelope.subject
    message.set_content(text, charset="utf-8", cte="8bit")
    message.add_alternative(html, subtype="html", charset="utf-8", cte="8bit")
    message.set_boundary(envelope.boundary)
    message["Content-Language"] = envelope.language
    for part in message.iter_parts():
        del part["MIME-Version"]
    if pictures:
        _attach(message, envelope.boundary, pictures)
    return _slotted_headers(envelope) + message.as_bytes()


def _attach(message: EmailMessage, boundary: str, pictures: Sequence[tuple[bytes, str, str]]) -> None:
    page = message.get_payload(1)
    assert isinstance(page, EmailMessage)
    for content, media_type, content_id in pictures:
        kind, subtype = media_type.split("/")
        page.add_related(content, kind, subtype, cid=f"<{content_id}>", disposition="inline")
    page.set_boundary(f"{boundary}_related")


def _slotted_headers(envelope: Envelope) -> bytes:
    domain = envelope.sender_address.rpartition("@")[2]
    lines = [
        FIRST_HEADER + slots.marker("recipient", "email").encode(),
        f"Date: {slots.marker('date', 'token')}".encode(),
        f"Message-ID: <{slots.marker('message_id', 'token')}@{domain}>".encode(),
    ]
    if envelope.unsubscribe:
        lines.append(f"List-Unsubscribe: <{slots.marker('unsubscribe_url', 'link')}>".encode())
    if not _is_plain(envelope.sender):
        address = f"<{envelope.sender_address}>".encode()
        lines.append(b"From: " + slots.encoded_header(envelope.sender) + b"\r\n " + address)
    if not _is_plain(envelope.subject):
        lines.append(b"Subject: " + slots.encoded_header(envelope.subject))
    return b"".join(line + b"\r\n" for line in lines)


def _is_plain(text: str) -> bool:
    """Tell whether the standard library writes a header as it is; it loses spaces where it folds one."""
    return is_plain(text) and not slots.named_in(text)


def within_lines(message: bytes) -> bytes:
    """Return a filled e-mail whose lines a relay takes: longer ones are broken at a space, or between characters."""
    return _TOO_LONG.sub(lambda found: b"\r\n".join(_broken(found[0])), message)


def _broken(line: bytes) -> list[bytes]:
    pieces = []
    while len(line) > LONGEST_LINE:
        end = line.rfind(b" ", 1, LONGEST_LINE + 1)
        if end < 0:
            end = next(end for end in range(LONGEST_LINE, 0, -1) if line[end] & 0xC0 != 0x80)
        pieces.append(line[:end])
        line = line[end:].removeprefix(b" ")
    return [*pieces, line]
