"""E-mail over SMTP (RFC 5321) on several connections at once."""

import re
from collections.abc import Sequence
from typing import Literal

from tasks.senders.protocol import Message, Outcome, Setting
from tasks.senders.smtp_letter import Letter, on_the_wire
from tasks.senders.smtp_pool import Pool
from tasks.senders.smtp_relays import Relays

ADDRESS = re.compile(rb"^[^\s<>@\x00-\x20\x7f]+@[^\s<>@\x00-\x20\x7f]+$")
WINDOW = 16


class EmailSender:
    """Sends to the relays of the SMTP URL; a message that has been handed over is settled in no certain order."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        sender = setting.sender_address
        self._pool = Pool(Relays(setting.smtp_url, sender.rpartition("@")[2]), sender.encode())
        self._letters: dict[str, Letter] = {}

    @property
    def room(self) -> int:
        """How many more messages may be marked now."""
        return WINDOW - self._pool.held

    @property
    def ahead(self) -> int:
        """A window: its envelopes are said while the answers to the one before come."""
        return WINDOW

    def open(self) -> None:
        """Connect, secure and log in; raises GatewayUnavailable when no relay takes us."""
        self._pool.open()

    def prepare(self, messages: Sequence[Message]) -> None:
        """Join the slots into the texts, so that one that cannot be filled is found before the mark; say envelopes."""
        wire = self._setting.wire or self._wire
        letters = [Letter(each, each.address.encode(), wire(each)) for each in messages]
        for letter in letters:
            self._letters[letter.message.message_id] = letter
            if not ADDRESS.match(letter.recipient):
                letter.early = Outcome("rejected", "address_unusable")
        self._pool.announce([letter for letter in letters if letter.early is None])

    def hand_over(self, messages: Sequence[Message]) -> None:
        """Let marked messages go."""
        self._pool.release([self._letters.pop(message.message_id) for message in messages])

    def call_off(self) -> None:
        """Forget what is announced; a relay that waits for a content is hung up on."""
        self._letters.clear()
        self._pool.call_off()

    def collect(self, seconds: float, longer: float) -> list[tuple[Message, Outcome]]:
        """Return what is settled, waiting at most so long for the first, and then longer for more."""
        return [(letter.message, outcome) for letter, outcome in self._pool.collect(seconds, longer)]

    def after_crash(self) -> Literal["accepted", "not_sent", "unknown"]:
        """A relay cannot be asked whether it has a message."""
        return "unknown"

    def close(self) -> None:
        """Say QUIT where nothing is under way."""
        self._pool.close()

    def _wire(self, message: Message) -> bytes:
        return on_the_wire(self._setting.render(message))
