"""What of a shard is neither settled nor on its way: what waits, what waits for a second try, what is given up."""

import random
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from math import inf

from tasks.journal import TERMINAL
from tasks.senders.protocol import Message, Outcome

MOST_TRIES = 5
FAILURES_LOOKED_AT = 100
FEWEST_ATTEMPTS = 50
SHORTEST_PAUSE, LONGEST_PAUSE = 0.25, 5.0
LONGEST_NAP = 0.1


@dataclass(slots=True)
class Item:
    """One message that is not settled; ``tries`` counts this worker's own, ``due`` is monotonic seconds.

    ``prepared``: milliseconds since 1970 in which its e-mail is dated; its mark carries them, from which the archive
    makes the same e-mail again.
    """

    message: Message
    attempt: int = 0
    tries: int = 0
    unknowns: int = 0
    in_doubt: bool = False
    due: float = 0.0
    prepared: int = 0


class Backlog:
    """The messages of a shard that wait, in order; ``patience``: seconds to go on with second tries after the rest.

    ``resend``: a message in doubt is sent once more, and only once.
    """

    def __init__(self, patience: float, *, resend: bool) -> None:
        self._patience, self._resend = patience, resend
        self._queue: deque[Item] = deque()
        self._later: list[Item] = []
        self._given_up: list[Item] = []
        self._recent: deque[bool] = deque(maxlen=FAILURES_LOOKED_AT)
        self._give_up_at = inf
        self._hold_until, self._held_since = 0.0, inf

    def __bool__(self) -> bool:
        """Tell whether anything waits to be sent."""
        return bool(self._queue or self._later)

    @property
    def has_given_up(self) -> bool:
        """Whether messages were refused for now so often that another run must try them."""
        return bool(self._given_up)

    def may_resend(self, unknowns: int) -> bool:
        """Tell whether a message that was so often in doubt is to be sent again."""
        return self._resend and unknowns == 1

    def add(self, item: Item) -> None:
        """Put a message at the end."""
        self._queue.append(item)

    def put_back(self, items: Iterable[Item]) -> None:
        """Put messages that were taken and not marked at the front again, in their order."""
        items = list(items)
        self._queue.extendleft(reversed(items))
        if any(item.tries == 0 for item in items):
            self._give_up_at = inf

    def take(self, most: int) -> list[Item]:
        """Take the next messages; those that wait for a second try when it is due and nothing else is left."""
        moment = time.monotonic()
        if self._hold_until > moment:
            return []
        if not self._queue:
            self._give_up_at = min(self._give_up_at, moment + self._patience)
            self._queue.extend(item for item in self._later if item.due <= moment)
            self._later = [item for item in self._later if item.due > moment]
        return [self._queue.popleft() for _ in range(min(most, len(self._queue)))]

    def nap(self) -> None:
        """Sleep a little where nothing may be sent yet: the gateway has asked for a pause, or no second try is due."""
        moment = time.monotonic()
        soonest = min((item.due for item in self._later), default=0.0)
        seconds = max(self._hold_until, 0.0 if self._queue else soonest) - moment
        time.sleep(min(LONGEST_NAP, max(0.0, seconds)))

    def follow_up(self, item: Item, outcome: Outcome) -> None:
        """Decide whether and when a message that was sent is sent again."""
        if outcome.retry_after:
            self._hold(item, outcome.retry_after)
            return
        if outcome.status == "accepted":
            self._held_since = inf
        if item.tries == 0:
            self._recent.append(outcome.gateway_fault or outcome.status in ("deferred", "unknown"))
        item.tries += 1
        item.in_doubt = outcome.status == "unknown"
        item.unknowns += item.in_doubt
        again = outcome.status == "deferred" or (item.in_doubt and self.may_resend(item.unknowns))
        if outcome.status in TERMINAL or not again:
            return
        if item.tries >= MOST_TRIES:
            self._given_up.append(item)
            return
        item.due = time.monotonic() + pause(item.tries, longest=LONGEST_PAUSE)
        self._later.append(item)

    def withdraw(self, variants: Collection[str]) -> list[Item]:
        """Take out and return what would tell one of these texts."""
        return self._take_out(lambda item: item.message.variant in variants)

    def clear(self) -> list[Item]:
        """Take out and return everything, what was given up included."""
        return self._take_out(lambda _: True)

    def is_out_of_patience(self) -> bool:
        """Tell whether second tries have gone on for long enough, or the gateway asks for a longer pause than that.

        It counts as long a pause as well in which the gateway, asked again and again, has taken nothing.
        """
        moment = time.monotonic()
        held = max(self._hold_until - moment, moment - self._held_since)
        return moment > self._give_up_at or held > self._patience

    def gateway_fails(self) -> bool:
        """Tell whether more than half of the last first tries have failed."""
        return len(self._recent) >= FEWEST_ATTEMPTS and sum(self._recent) * 2 > len(self._recent)

    def _hold(self, item: Item, seconds: float) -> None:
        """Send nothing for as long as the gateway asks; that is no failure, and no try of this message."""
        moment = time.monotonic()
        self._hold_until, self._held_since = max(self._hold_until, moment + seconds), min(self._held_since, moment)
        self._queue.append(item)

    def _take_out(self, wanted: Callable[[Item], bool]) -> list[Item]:
        out = [item for items in (self._queue, self._later, self._given_up) for item in items if wanted(item)]
        gone = {id(item) for item in out}
        self._queue = deque(item for item in self._queue if id(item) not in gone)
        self._later = [item for item in self._later if id(item) not in gone]
        self._given_up = [item for item in self._given_up if id(item) not in gone]
        return out


def pause(tries: int, *, longest: float) -> float:
    """Return seconds to wait before the next try: doubling, with full jitter above half."""
    full = min(longest, SHORTEST_PAUSE * 2**tries)
    return random.uniform(full / 2, full)
