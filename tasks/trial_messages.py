"""Test messages: what a variant looks like, sent to a colleague, marked in its subject and otherwise unchanged.

Only a person of the approvers' directory, or an address in a domain that operators have named, can get one, so that a
test never reaches the public.
"""

import re
import secrets
from collections.abc import Sequence
from email.utils import formatdate

from campaigns.approvers import load_directory
from campaigns.errors import GatewayUnavailable, InputError, Refused
from tasks import decisions, runs, slots, store
from tasks.ledger import bring_up
from tasks.senders.email import EmailSender
from tasks.senders.protocol import Message, Setting
from tasks.slot_values import default_values
from tasks.workplace import Workplace, pseudonym

MARK = b" [TEST]"
SECONDS_TO_COLLECT = 1.0
_SUBJECT = re.compile(rb"^Subject:", re.IGNORECASE | re.MULTILINE)


def send_test(
    workplace: Workplace, run: str, address: str, *, variants: Sequence[str] = (), channel: str = "email", actor: str
) -> list[str]:
    """Send the named e-mail variants, or every one, with their slots' defaults; returns the ids of what was sent.

    Raises Refused for an address that may not get a test, InputError for a variant that is not there and for a channel
    that is not e-mail, GatewayUnavailable where the relay does not take it. The log keeps the address's pseudonym only.
    """
    _require_colleague(workplace, address)
    with store.writing(workplace) as connection:
        known = runs.load_within(connection, run)
        rows = connection.execute(
            "SELECT variant, channel, language, template FROM variant WHERE run = ? ORDER BY wave, language, variant",
            [known.run],
        ).fetchall()
    chosen = _chosen(known.run, rows, variants, channel)
    templates = {variant: slots.parse(marked(template)) for variant, _, _, template in chosen}

    def render(message: Message) -> bytes:
        return templates[message.variant].fill(values_of(workplace, message))

    messages = [
        Message(f"test{secrets.token_hex(14)}", variant, (), address, language, default_values(known.brief, language))
        for variant, _, language, _ in chosen
    ]
    setting = Setting(
        known.run, "test", workplace.home, render, workplace.smtp_url, sender_address=workplace.sender_address
    )
    sent = _send(EmailSender(setting), messages)
    detail = {"address_key": pseudonym(workplace.key, "email", address.lower()), "variants": sent}
    decisions.record(workplace, "test_sent", actor=actor, run=known.run, detail=detail)
    bring_up(workplace)
    return sent


def values_of(workplace: Workplace, message: Message) -> dict[str, str]:
    """Return every slot's value in a test message; its address to unsubscribe is nobody's."""
    unsubscribe = slots.unsubscribe_address(
        message.message_id, sender_address=workplace.sender_address, public_url=workplace.public_url
    )
    built_in = {"recipient": message.address, "message_id": message.message_id, "unsubscribe_url": unsubscribe}
    return {**message.slots, **built_in, "date": formatdate()}


def marked(template: bytes) -> bytes:
    """Return an e-mail with the mark put before the first word of its subject; nothing else of it differs."""
    head, end, body = template.partition(b"\r\n\r\n")
    return _SUBJECT.sub(lambda found: found[0] + MARK, head, count=1) + end + body


def _send(sender: EmailSender, messages: Sequence[Message]) -> list[str]:
    """Send test messages and return their variants; what is refused ends it."""
    sent: list[str] = []
    try:
        sender.open()
        sender.prepare(messages)
        sender.hand_over(messages)
        while len(sent) < len(messages):
            for message, outcome in sender.collect(SECONDS_TO_COLLECT, 0.0):
                if outcome.status != "accepted":
                    raise GatewayUnavailable(
                        f"the mail relay did not take the test of {message.variant} (reply {outcome.code})",
                        where="BUDKAVLE_SMTP_URL",
                        remedy="see what the relay says of the address, then run the same command again.",
                    )
                sent.append(message.variant)
    finally:
        sender.close()
    return [message.variant for message in messages]


def _chosen(
    run: str, rows: Sequence[tuple[str, str, str, bytes]], variants: Sequence[str], channel: str
) -> list[tuple[str, str, str, bytes]]:
    if channel != "email":
        raise InputError(
            f"a test message goes by e-mail, not by {channel}", remedy="the preview shows the texts of every channel."
        )
    mails = {row[0]: row for row in rows if row[1] == channel}
    strange = [variant for variant in variants if variant not in mails]
    if strange or not mails:
        raise InputError(
            f"the run has no e-mail variant {', '.join(strange)}".rstrip(),
            where=f"run {run}",
            remedy="name one of: " + ", ".join(mails) if mails else "prepare a campaign that has e-mail.",
        )
    return [mails[variant] for variant in variants or mails]


def _require_colleague(workplace: Workplace, address: str) -> None:
    domains = {domain.strip().lower().lstrip("@") for domain in workplace.test_domains.split(",")} - {""}
    _, at, domain = address.rpartition("@")
    if (at and domain.lower() in domains) or address.lower() in _colleagues(workplace):
        return
    raise Refused(
        "a test message goes only to a person of the approvers' directory or to a domain of BUDKAVLE_TEST_DOMAINS, so "
        "that no test reaches the public; this address is neither",
        remedy="let the operators add the person to the directory, or the city's own domain to BUDKAVLE_TEST_DOMAINS.",
    )


def _colleagues(workplace: Workplace) -> set[str]:
    if workplace.directory is None:
        return set()
    return {person.address.lower() for person in load_directory(workplace.directory).persons.values()}
