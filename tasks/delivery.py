"""One shard's messages through one sender: decide, mark and sync, send, write down; nothing is sent unmarked."""

import random
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from campaigns.errors import GatewayUnavailable
from tasks.journal import TERMINAL, Journal, Record, Standing, next_segment, now
from tasks.orders import Control
from tasks.senders.protocol import Message, Outcome, Sender

MOST_TRIES = 5
CONNECTION_TRIES = 3
FAILURES_LOOKED_AT = 100
FEWEST_ATTEMPTS = 50
CONSENT_WITHDRAWN = "consent_withdrawn"
SHORTEST_PAUSE, LONGEST_PAUSE = 0.25, 5.0


@dataclass(slots=True)
class Item:
    """One message that is not settled; ``tries`` counts this worker's own, ``due`` is monotonic seconds."""

    message: Message
    attempt: int = 0
    tries: int = 0
    unknowns: int = 0
    in_doubt: bool = False
    due: float = 0.0


class Delivery:
    """Takes every message of a shard as far as it can go; :meth:`run` says why it ended."""

    def __init__(
        self, folder: Path, shard: str, sender: Sender, control: Control, *, patience: float = 30.0,
        interrupted: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        self.counts: Counter[str] = Counter()
        self._path = next_segment(folder, shard)
        self._journal: Journal | None = None
        self._sender, self._control, self._patience, self._interrupted = sender, control, patience, interrupted
        self._resend = control.terms["on_unknown"] == "resend"
        self._queue: deque[Item] = deque()
        self._later: list[Item] = []
        self._given_up: list[Item] = []
        self._recent: deque[bool] = deque(maxlen=FAILURES_LOOKED_AT)
        self._give_up_at = float("inf")
        self._hold_until, self._held_since = 0.0, float("inf")
        self._connection_tries = 0
        self._withdrawn = 0

    def run(self, messages: Sequence[Message], known: Mapping[str, Standing]) -> str:
        """Return done, deferred, paused, outside_hours, interrupted, unavailable or failing."""
        self._take_over(messages, known)
        while self._queue or self._later:
            verdict = self._control.refresh()
            self._cancel_withdrawn()
            if not self._queue and not self._later:
                break
            if verdict in ("stopped", "expired"):
                self._end_all("cancelled" if verdict == "stopped" else "expired")
            elif verdict != "go" or self._interrupted():
                return verdict if verdict != "go" else "interrupted"
            elif time.monotonic() > self._give_up_at or self._held_too_long():
                return "deferred"
            elif (left := self._hold_until - time.monotonic()) > 0:
                time.sleep(min(0.1, left))
            elif (window := self._not_suppressed(self._window())) and (ending := self._send(window)):
                return ending
        return "deferred" if self._given_up else "done"

    def close(self) -> None:
        """Sync the journal and leave the gateway."""
        self._sender.close()
        if self._journal is not None:
            self._journal.close()

    def _write(self, records: Sequence[Record]) -> None:
        if self._journal is None:
            self._journal = Journal(self._path)
        self._journal.append(records)
        self.counts.update(record.status for record in records if record.status != "marked")

    def _take_over(self, messages: Sequence[Message], known: Mapping[str, Standing]) -> None:
        dangling = [message for message in messages if _status(known, message) == "marked"]
        fate = self._sender.after_crash() if dangling else "unknown"
        status, code = {
            "accepted": ("accepted", "handed_over"), "not_sent": ("deferred", "not_sent"),
            "unknown": ("unknown", "worker_lost"),
        }[fate]  # fmt: skip
        for message in dangling:
            standing = known[message.message_id]
            standing.status, standing.unknowns = status, standing.unknowns + (status == "unknown")
        if dangling:
            self._write([now(status, each.message_id, known[each.message_id].attempt, code) for each in dangling])
        for message in messages:
            standing = known.get(message.message_id) or Standing()
            in_doubt = standing.status == "unknown"
            if standing.status in ("queued", "deferred") or (in_doubt and self._may_resend(standing.unknowns)):
                self._queue.append(Item(message, standing.attempt, 0, standing.unknowns, in_doubt))

    def _may_resend(self, unknowns: int) -> bool:
        return self._resend and unknowns == 1

    def _end_all(self, status: str) -> None:
        """Settle everything that was surely not sent; what is in doubt stays unknown."""
        left = [*self._queue, *self._later, *self._given_up]
        records = [now(status, item.message.message_id, item.attempt) for item in left if not item.in_doubt]
        if records:
            self._write(records)
        for done in (self._queue, self._later, self._given_up):
            done.clear()

    def _cancel_withdrawn(self) -> None:
        """Settle what tells a story whose consent is withdrawn, also while nothing may be sent."""
        withdrawn = self._control.withdrawn
        if len(withdrawn) == self._withdrawn:
            return
        self._withdrawn = len(withdrawn)
        out = [item for items in (self._queue, self._later, self._given_up) for item in items
               if item.message.variant in withdrawn]  # fmt: skip
        gone = {id(item) for item in out}
        self._queue = deque(item for item in self._queue if id(item) not in gone)
        self._later = [item for item in self._later if id(item) not in gone]
        self._given_up = [item for item in self._given_up if id(item) not in gone]
        if records := [now("cancelled", item.message.message_id, item.attempt, CONSENT_WITHDRAWN) for item in out
                       if not item.in_doubt]:  # fmt: skip
            self._write(records)

    def _window(self) -> list[Item]:
        if not self._queue:
            self._give_up_at = min(self._give_up_at, time.monotonic() + self._patience)
            moment = time.monotonic()
            self._queue.extend(item for item in self._later if item.due <= moment)
            self._later = [item for item in self._later if item.due > moment]
            if not self._queue:
                time.sleep(min(0.1, max(0.0, min(item.due for item in self._later) - moment)))
        size = self._sender.window or len(self._queue)
        return [self._queue.popleft() for _ in range(min(size, len(self._queue)))]

    def _not_suppressed(self, window: list[Item]) -> list[Item]:
        suppressed = self._control.suppressed
        out = [item for item in window if not suppressed.isdisjoint(item.message.suppression_keys)]
        if not out:
            return window
        if records := [now("suppressed", item.message.message_id, item.attempt) for item in out if not item.in_doubt]:
            self._write(records)
        return [item for item in window if suppressed.isdisjoint(item.message.suppression_keys)]

    def _send(self, window: list[Item]) -> str:
        messages = [item.message for item in window]
        try:
            self._sender.open()
            self._sender.prepare(messages)
        except GatewayUnavailable:
            self._queue.extendleft(reversed(window))
            return self._wait_for_gateway()
        self._connection_tries = 0
        for item in window:
            item.attempt += 1
        self._write([now("marked", item.message.message_id, item.attempt) for item in window])
        assert self._journal is not None
        self._journal.sync()
        for item, outcome in zip(window, self._sender.send(messages), strict=True):
            self._write(
                [now(outcome.status, item.message.message_id, item.attempt, outcome.code, outcome.provider_ref)]
            )
            self._follow_up(item, outcome)
        return "failing" if self._gateway_fails() else ""

    def _wait_for_gateway(self) -> str:
        self._connection_tries += 1
        if self._connection_tries >= CONNECTION_TRIES:
            return "unavailable"
        time.sleep(_pause(self._connection_tries, longest=1.0))
        return ""

    def _follow_up(self, item: Item, outcome: Outcome) -> None:
        if outcome.retry_after:
            self._hold(item, outcome.retry_after)
            return
        if outcome.status == "accepted":
            self._held_since = float("inf")
        if item.tries == 0:
            self._recent.append(outcome.gateway_fault or outcome.status in ("deferred", "unknown"))
        item.tries += 1
        item.in_doubt = outcome.status == "unknown"
        item.unknowns += item.in_doubt
        again = outcome.status == "deferred" or (item.in_doubt and self._may_resend(item.unknowns))
        if outcome.status in TERMINAL or not again:
            return
        if item.tries >= MOST_TRIES:
            self._given_up.append(item)
            return
        item.due = time.monotonic() + _pause(item.tries, longest=LONGEST_PAUSE)
        self._later.append(item)

    def _hold(self, item: Item, seconds: float) -> None:
        """Send nothing for as long as the gateway asks; that is no failure, and no try of this message."""
        moment = time.monotonic()
        self._hold_until, self._held_since = max(self._hold_until, moment + seconds), min(self._held_since, moment)
        self._queue.append(item)

    def _held_too_long(self) -> bool:
        """Tell whether the gateway has taken nothing for longer than our patience, or asks for more than that."""
        moment = time.monotonic()
        return max(self._hold_until - moment, moment - self._held_since) > self._patience

    def _gateway_fails(self) -> bool:
        return len(self._recent) >= FEWEST_ATTEMPTS and sum(self._recent) * 2 > len(self._recent)


def _status(known: Mapping[str, Standing], message: Message) -> str:
    return known[message.message_id].status if message.message_id in known else "queued"


def _pause(tries: int, *, longest: float) -> float:
    """Return seconds to wait before the next try: doubling, with full jitter above half."""
    full = min(longest, SHORTEST_PAUSE * 2**tries)
    return random.uniform(full / 2, full)
