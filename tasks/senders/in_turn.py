"""A sender that answers for one message at a time, as the delivery sees it: a window is marked whole, then sent."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from tasks.senders.protocol import Askable, Doubt, Message, Outcome, TurnSender


class InTurn:
    """Wraps a sender whose ``send`` yields outcomes in order."""

    ahead = 0

    def __init__(self, sender: TurnSender) -> None:
        self._sender = sender
        self._left = 0
        self._outcomes: Iterator[tuple[Message, Outcome]] = iter(())
        self.open, self.prepare, self.close = sender.open, sender.prepare, sender.close

    @property
    def room(self) -> int:
        """A whole window when the last one is answered for, otherwise nothing."""
        return 0 if self._left else self._sender.window or sys.maxsize

    def call_off(self) -> None:
        """Do nothing: what a sender has prepared it may throw away at any time."""

    def hand_over(self, messages: Sequence[Message]) -> None:
        """Begin to send a window."""
        self._left = len(messages)
        self._outcomes = zip(messages, self._sender.send(messages), strict=True)

    def collect(self, seconds: float, longer: float) -> list[tuple[Message, Outcome]]:
        """Send the next message and return its outcome; how long that takes is the sender's own affair."""
        found = [next(self._outcomes)] if self._left else []
        self._left -= len(found)
        return found

    def after_crash(self) -> Literal["accepted", "not_sent", "unknown"]:
        """Ask the sender."""
        return self._sender.after_crash()

    def look_up(self, doubts: Sequence[Doubt]) -> Mapping[str, Outcome]:
        """Ask the sender, where it can tell."""
        return self._sender.look_up(doubts) if isinstance(self._sender, Askable) else {}
