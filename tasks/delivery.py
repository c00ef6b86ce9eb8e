"""One shard's messages through one sender: decide, mark and sync, send, write down; nothing is sent unmarked."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import filterfalse
from pathlib import Path

from campaigns.errors import GatewayUnavailable, InputError
from tasks.backlog import Backlog, Item, pause
from tasks.fence import Fence
from tasks.journal import Journal, Record, Standing, next_segment, now
from tasks.orders import Control
from tasks.senders.protocol import Message, Outcome, Sender

CONNECTION_TRIES = 3
SECONDS_TO_COLLECT = 1.0
MOST_SECONDS_FOR_MORE = 0.05
CONSENT_WITHDRAWN = "consent_withdrawn"
UNTOUCHED = Standing()


class Moment:
    """When the batch at work was prepared: its marks carry it and its e-mails are dated by it."""

    def __init__(self) -> None:
        self.milliseconds = 0

    def take(self) -> None:
        """Let a new batch begin now."""
        self.milliseconds = time.time_ns() // 1_000_000

    def seconds(self) -> float:
        """Return it in seconds since 1970."""
        return self.milliseconds / 1000


class Delivery:
    """Takes every message of a shard as far as it can go; :meth:`run` says why it ended.

    At most a sender's window is marked and not yet answered for. It slides: as answers come, in any order, as many
    messages are marked as there is room for, with one sync; before it, more answers are waited for, but no longer than
    the last sync took, so that a slow disk gets large batches and a late relay does not stop the others. As many as the
    sender wants are prepared ahead of their mark; whatever ends or changes the sending calls them off.
    """

    def __init__(
        self, folder: Path, shard: str, sender: Sender, control: Control, *, patience: float = 30.0,
        interrupted: Callable[[], bool] = lambda: False, moment: Moment | None = None, fence: Fence | None = None,
        holds: Callable[[], bool] = lambda: True,
    ) -> None:  # fmt: skip
        self.counts, self.problem = Counter[str](), ""
        self._path = next_segment(folder, shard)
        self._journal: Journal | None = None
        self._sender, self._control, self._interrupted = sender, control, interrupted
        self._moment, self._fence = moment or Moment(), fence or Fence(None, shard)
        self._holds = holds
        self._backlog = Backlog(patience, resend=control.terms["on_unknown"] == "resend")
        self._on_the_way: dict[str, Item] = {}
        self._ahead: list[Item] = []
        self._fault: InputError | None = None
        self._connection_tries = 0
        self._withdrawn = 0
        self._sync_seconds = 0.0

    def run(self, messages: Sequence[Message], known: Mapping[str, Standing]) -> str:
        """Return done, deferred, paused, outside_hours, interrupted, unavailable, failing or locked.

        Raises InputError, once what is on its way is answered for, where a text cannot be filled or orders not be read.
        """
        self._take_over(messages, known)
        ending = ""
        while self._on_the_way or ((self._backlog or self._ahead) and not ending):
            ending = ending or self._go_on()
            if ending:
                self._call_off()
            if self._on_the_way:
                longer = min(MOST_SECONDS_FOR_MORE, self._sync_seconds)
                self._settle(self._sender.collect(SECONDS_TO_COLLECT, longer))
                if self._backlog.gateway_fails():
                    ending = ending or "failing"
            elif not ending:
                self._backlog.nap()
        self._call_off()
        if self._fault is not None:
            raise self._fault
        if self._backlog or (ending == "failing" and self._backlog.has_given_up):
            return ending
        return "deferred" if self._backlog.has_given_up else "done"

    def close(self) -> None:
        """Sync journal and fence and leave the gateway."""
        self._sender.close()
        if self._journal is not None:
            self._journal.close()
        self._fence.close()

    def _write(self, records: Sequence[Record]) -> None:
        if self._journal is None:
            self._journal = Journal(self._path)
        self._journal.append(records)
        self.counts.update([record.status for record in records if record.status != "marked"])

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
            standing = known.get(message.message_id, UNTOUCHED)
            in_doubt = standing.status == "unknown"
            if standing.status in ("queued", "deferred") or (in_doubt and self._backlog.may_resend(standing.unknowns)):
                self._backlog.add(Item(message, standing.attempt, 0, standing.unknowns, in_doubt))

    def _go_on(self) -> str:
        try:
            return self._ending() or self._send_more()
        except InputError as fault:
            self._fault = fault
            return "damaged"

    def _ending(self) -> str:
        """Read what is ordered and say why no more is to be marked, if so; a stop or an expiry settles what waits."""
        verdict = self._control.refresh()
        is_withdrawn = len(self._control.withdrawn) != self._withdrawn
        if is_withdrawn or verdict != "go":
            self._call_off()
        if is_withdrawn:
            self._withdrawn = len(self._control.withdrawn)
            self._settle_unsent("cancelled", self._backlog.withdraw(self._control.withdrawn), CONSENT_WITHDRAWN)
        if verdict in ("stopped", "expired"):
            self._settle_unsent("cancelled" if verdict == "stopped" else "expired", self._backlog.clear())
        elif verdict != "go" or self._interrupted():
            return verdict if verdict != "go" else "interrupted"
        elif not self._ahead and self._backlog.is_out_of_patience():
            return "deferred"
        return ""

    def _settle_unsent(self, status: str, items: Sequence[Item], code: str = "") -> None:
        """Settle what was surely not sent; what is in doubt stays unknown."""
        if records := [now(status, item.message.message_id, item.attempt, code) for item in items if not item.in_doubt]:
            self._write(records)

    def _send_more(self) -> str:
        """Mark as many as there is room for, sync once, and let them go where the shard is still this worker's."""
        try:
            items = self._next(self._sender.room)
            if not items:
                return ""
            self._connection_tries = 0
            self._mark(items)
            if not self._holds():
                return self._step_back(items)
            self._sender.hand_over([item.message for item in items])
            self._prepare(self._sender.ahead - len(self._ahead))
        except GatewayUnavailable as unavailable:
            self.problem = unavailable.problem
            self._call_off()
            return self._wait_for_gateway()
        return ""

    def _next(self, most: int) -> list[Item]:
        """Return what is to be marked next, prepared; raises GatewayUnavailable where it could not be sent."""
        if any(map(self._is_suppressed, self._ahead)):
            self._call_off()
        if self._ahead:
            self._sender.open()
        else:
            self._prepare(most)
        items, self._ahead = self._ahead[:most], self._ahead[most:]
        return items

    def _prepare(self, most: int) -> None:
        """Prepare the next messages that may be sent; those that may not are settled."""
        taken = self._backlog.take(most) if most > 0 else []
        if items := self._allowed(taken):
            self._ahead += items
            self._sender.open()
            self._moment.take()
            for item in items:
                item.prepared = self._moment.milliseconds
            self._sender.prepare([item.message for item in items])

    def _call_off(self) -> None:
        """Let what is prepared and not marked wait again with the rest."""
        if self._ahead:
            self._sender.call_off()
            self._backlog.put_back(self._ahead)
            self._ahead = []

    def _step_back(self, items: Sequence[Item]) -> str:
        """Take back the marks of what was not sent: another machine has the shard, or may take it."""
        for item in items:
            del self._on_the_way[item.message.message_id]
        self._settle_unsent("deferred", items, "lease_lost")
        self._ahead = [*items, *self._ahead]
        return "locked"

    def _mark(self, items: Sequence[Item]) -> None:
        for item in items:
            item.attempt += 1
            self._on_the_way[item.message.message_id] = item
        self._write([Record("marked", item.message.message_id, item.prepared, item.attempt) for item in items])
        assert self._journal is not None
        began = time.monotonic()
        self._journal.sync()
        self._sync_seconds = time.monotonic() - began
        self._fence.note(self._journal)

    def _allowed(self, items: list[Item]) -> list[Item]:
        """Return those that may be sent; the others are settled."""
        withdrawn = [item for item in items if item.message.variant in self._control.withdrawn]
        self._settle_unsent("cancelled", withdrawn, CONSENT_WITHDRAWN)
        told = [item for item in items if item.message.variant not in self._control.withdrawn]
        suppressed = list(filter(self._is_suppressed, told))
        self._settle_unsent("suppressed", suppressed)
        return list(filterfalse(self._is_suppressed, told)) if suppressed else told

    def _is_suppressed(self, item: Item) -> bool:
        return not self._control.suppressed.isdisjoint(item.message.suppression_keys)

    def _wait_for_gateway(self) -> str:
        self._connection_tries += 1
        if self._connection_tries >= CONNECTION_TRIES:
            return "unavailable"
        time.sleep(pause(self._connection_tries, longest=1.0))
        return ""

    def _settle(self, settled: Sequence[tuple[Message, Outcome]]) -> None:
        """Write down what has become of messages, in one go, and see to those that are to be sent again."""
        if not settled:
            return
        done = [(self._on_the_way.pop(message.message_id), outcome) for message, outcome in settled]
        moment = time.time_ns() // 1_000_000
        self._write(
            [Record(outcome.status, item.message.message_id, moment, item.attempt, outcome.code, outcome.provider_ref)
             for item, outcome in done]
        )  # fmt: skip
        for item, outcome in done:
            self._backlog.follow_up(item, outcome)


def _status(known: Mapping[str, Standing], message: Message) -> str:
    return known[message.message_id].status if message.message_id in known else "queued"
