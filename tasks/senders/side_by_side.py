"""A sender that answers for one message at a time, as the delivery sees it: several messages under way at once."""

import queue
import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Literal

from tasks.senders.protocol import Askable, Doubt, Message, Outcome, SingleSender


class SideBySide:
    """Wraps a sender whose ``send`` may be called from several threads.

    It begins with one message at a time; each that is taken lets one more be under way, up to the sender's
    ``connections``, and whatever is not taken for want of a good answer brings it back to one. Of one address only one
    message is under way, so that an entry in a provider's list can be told from that of another message to it.
    """

    ahead = 0

    def __init__(self, sender: SingleSender) -> None:
        self._sender = sender
        self._threads = ThreadPoolExecutor(sender.connections)
        self._most = 1
        self._waiting: deque[Message] = deque()
        self._under_way: dict[str, Message] = {}
        self._done: queue.SimpleQueue[tuple[Message, Future[Outcome]]] = queue.SimpleQueue()
        self.open, self.prepare = sender.open, sender.prepare

    @property
    def room(self) -> int:
        """What is left of the window."""
        return self._sender.window - len(self._waiting) - len(self._under_way)

    def call_off(self) -> None:
        """Do nothing: what a sender has prepared it may throw away at any time."""

    def hand_over(self, messages: Sequence[Message]) -> None:
        """Begin to send as many as may be under way."""
        self._waiting.extend(messages)
        self._begin()

    def collect(self, seconds: float, longer: float) -> list[tuple[Message, Outcome]]:
        """Return what was answered, as :class:`tasks.senders.protocol.Sender` says."""
        settled: list[tuple[Message, Outcome]] = []
        until = time.monotonic() + seconds
        while self._under_way:
            try:
                message, answer = self._done.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                break
            if not settled:
                until = time.monotonic() + longer
            settled.append((message, self._settled(message, answer.result())))
        return settled

    def after_crash(self) -> Literal["accepted", "not_sent", "unknown"]:
        """Ask the sender."""
        return self._sender.after_crash()

    def look_up(self, doubts: Sequence[Doubt]) -> Mapping[str, Outcome]:
        """Ask the sender, where it can tell."""
        return self._sender.look_up(doubts) if isinstance(self._sender, Askable) else {}

    def close(self) -> None:
        """Wait for what is under way and leave the gateway."""
        self._waiting.clear()
        self._threads.shutdown()
        self._sender.close()

    def _begin(self) -> None:
        held_back: list[Message] = []
        while self._waiting and len(self._under_way) < self._most:
            message = self._waiting.popleft()
            if message.address in self._under_way:
                held_back.append(message)
                continue
            self._under_way[message.address] = message
            self._threads.submit(self._sender.send, message).add_done_callback(partial(self._note, message))
        self._waiting.extendleft(reversed(held_back))

    def _note(self, message: Message, answer: Future[Outcome]) -> None:
        self._done.put((message, answer))

    def _settled(self, message: Message, outcome: Outcome) -> Outcome:
        del self._under_way[message.address]
        if outcome.status == "accepted":
            self._most = min(self._most + 1, self._sender.connections)
        elif outcome.status in ("deferred", "unknown"):
            self._most = 1
        self._begin()
        return outcome
