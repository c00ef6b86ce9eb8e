"""Several connections to the mail relay on one thread: letters in, outcomes out in the order in which they come.

The first connection is opened at once; others are opened one after another by a thread that does only that, as long as
letters wait, so that a relay that greets late holds nobody up.
"""

import contextlib
import queue
import selectors
import socket
import threading
import time
from collections import deque
from math import inf

from campaigns.errors import GatewayUnavailable
from tasks.senders.protocol import Outcome
from tasks.senders.smtp_connection import Connection
from tasks.senders.smtp_letter import Letter
from tasks.senders.smtp_relays import Line, Relay, Relays

SECONDS_BETWEEN_ATTEMPTS = 60.0
LONGEST_HOLD = 0.002
MOST_FAULTS = 20
"""So many letters on end that a relay has not taken for reasons of its own let the next relay of the list be used."""


class Pool:
    """Connections to whichever relay works."""

    def __init__(self, relays: Relays, sender: bytes) -> None:
        self._relays, self._sender = relays, sender
        self._connections: list[Connection] = []
        self._waiting: deque[Letter] = deque()
        self._settled: list[tuple[Letter, Outcome]] = []
        self._selector = selectors.DefaultSelector()
        self._opening = _Opening(relays)
        self._selector.register(self._opening.bell, selectors.EVENT_READ)
        self._open_more_at, self._soonest, self._faults = 0.0, inf, 0
        self.held = 0

    def open(self) -> None:
        """See that there is a connection; raises GatewayUnavailable where no relay takes one."""
        self._gather()
        if not self._connections and not self._opening.is_busy:
            self._add(self._relays.connect())

    def announce(self, letters: list[Letter]) -> None:
        """Say the envelopes of these letters as soon as there is room on a connection, and nothing of their content."""
        self._waiting.extend(letters)

    def release(self, letters: list[Letter]) -> None:
        """Let the content of announced letters go; what relays have said in the meantime is heard first."""
        now = time.monotonic()
        self._await_bytes(now, now)
        self._gather()
        for letter in letters:
            letter.released = True
            if letter.early is not None:
                self._settled.append((letter, letter.early))
        self.held += len(letters)
        for connection in self._connections:
            connection.dialogue.go_on()

    def call_off(self) -> None:
        """Forget every letter that is announced and not released."""
        self._waiting = deque(letter for letter in self._waiting if letter.released)
        for connection in self._connections:
            connection.dialogue.call_off()
        self._gather()

    def collect(self, seconds: float, longer: float) -> list[tuple[Letter, Outcome]]:
        """Move bytes until a letter is settled or so many ``seconds`` have passed, then ``longer`` for more letters.

        More are waited for at least a moment, because a batch costs a sync however small it is.
        """
        now = time.monotonic()
        until = now + seconds
        self._look_at_clock(now)
        self._work(now)
        while not self._settled and now < until:
            now = self._move(now, until)
        until = now + max(longer, LONGEST_HOLD)
        while len(self._settled) < self.held and now < until:
            now = self._move(now, until)
        settled, self._settled = self._settled, []
        self.held -= len(settled)
        return settled

    def close(self) -> None:
        """Hang up everywhere; what is under way stays without an outcome."""
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._opening.abandon()
        self._selector.close()

    def _work(self, now: float) -> None:
        """Clear up after connections that have ended, give letters to those with room, and send."""
        self._gather()
        if self._waiting:
            self._hand_out()
        if self._waiting:
            self._open_more(now)
        for connection in self._connections:
            if connection.dialogue.outgoing():
                self._send(connection)

    def _look_at_clock(self, now: float) -> None:
        for connection in self._connections:
            connection.look_at_clock(now)
        self._soonest = min([each.deadline for each in self._connections], default=inf)

    def _move(self, now: float, until: float) -> float:
        """Take what comes first, say what is to be said to that, and return what time it is."""
        self._await_bytes(now, until)
        now = time.monotonic()
        if now >= self._soonest:
            self._look_at_clock(now)
        self._work(now)
        return now

    def _await_bytes(self, now: float, until: float) -> None:
        for key, _ in self._selector.select(max(0.0, min(until, self._soonest) - now)):
            if key.data is None:
                self._take_opened()
            else:
                key.data.receive()

    def _hand_out(self) -> None:
        """Give each connection that is idle a letter, then each that has room behind one."""
        with_room = [connection.dialogue for connection in self._connections if connection.room]
        for dialogue in sorted(with_room, key=lambda dialogue: dialogue.held):
            if self._waiting:
                dialogue.take(self._waiting.popleft())

    def _send(self, connection: Connection) -> None:
        was_blocked = connection.blocked
        connection.send()
        if connection.blocked != was_blocked and not connection.dialogue.ended:
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.blocked else 0)
            self._selector.modify(connection.socket, events, connection)

    def _gather(self) -> None:
        for connection in tuple(self._connections):
            dialogue = connection.dialogue
            if dialogue.settled:
                self._count_faults(connection)
                self._note(dialogue.settled)
                dialogue.settled.clear()
            if dialogue.ended or (connection.retiring and not dialogue.held):
                self._take_back(dialogue.returned)
                self._connections.remove(connection)
                self._selector.unregister(connection.socket)
                connection.close()

    def _note(self, settled: list[tuple[Letter, Outcome]]) -> None:
        """Keep what has become of letters; of one that is not released nobody is told before it is."""
        for letter, outcome in settled:
            if letter.released:
                self._settled.append((letter, outcome))
            else:
                letter.early = outcome

    def _take_back(self, returned: list[Letter]) -> None:
        """Let what a lost connection has returned come first again, but behind what is released."""
        if returned:
            waiting = [*returned, *self._waiting]
            self._waiting = deque(sorted(waiting, key=lambda letter: not letter.released))

    def _count_faults(self, connection: Connection) -> None:
        for _, outcome in connection.dialogue.settled:
            self._faults = self._faults + 1 if outcome.gateway_fault else 0
        if self._faults >= MOST_FAULTS and self._relays.give_up(connection.relay):
            self._faults = 0
            self._retire_others(self._relays.current)

    def _retire_others(self, relay: Relay) -> None:
        """Let connections to other relays finish what they have, and nothing more."""
        for connection in self._connections:
            connection.retiring = connection.relay is not relay

    def _open_more(self, now: float) -> None:
        """Let another connection be opened; where there is none at all, say so of the letters that wait."""
        if self._opening.is_busy:
            return
        if not self._connections:
            try:
                self._add(self._relays.connect())
            except GatewayUnavailable:
                lost = Outcome("deferred", "no_connection", gateway_fault=True)
                self._settled += [(letter, lost) for letter in self._waiting if letter.released]
                self._waiting = deque(letter for letter in self._waiting if not letter.released)
        elif self._relays.may_return or (now >= self._open_more_at and self._is_room_for_another()):
            self._opening.begin()

    def _is_room_for_another(self) -> bool:
        return len(self._connections) < self._relays.current.connections

    def _take_opened(self) -> None:
        line = self._opening.result()
        if line is None:
            self._open_more_at = time.monotonic() + SECONDS_BETWEEN_ATTEMPTS
        elif self._is_room_for_another() or line.relay is not self._connections[0].relay:
            self._add(line)
        else:
            line.server.close()

    def _add(self, line: Line) -> None:
        connection = Connection(line, self._sender)
        self._selector.register(connection.socket, selectors.EVENT_READ, connection)
        self._connections.append(connection)
        self._retire_others(line.relay)


class _Opening:
    """The thread that opens one more connection, and the bell it rings."""

    def __init__(self, relays: Relays) -> None:
        self._relays = relays
        self.bell, self._rope = socket.socketpair()
        self._found: queue.SimpleQueue[Line | None] = queue.SimpleQueue()
        self.is_busy = False
        self._abandoned = False

    def begin(self) -> None:
        """Open a connection in the background."""
        self.is_busy = True
        threading.Thread(target=self._open, daemon=True).start()

    def result(self) -> Line | None:
        """Return the connection that the bell has rung for; nothing where none could be opened."""
        self.bell.recv(1)
        self.is_busy = False
        return self._found.get()

    def abandon(self) -> None:
        """Hang up on a connection that nobody waits for any more."""
        self._abandoned = True
        while not self._found.empty():
            if (line := self._found.get()) is not None:
                line.server.close()

    def _open(self) -> None:
        line = None
        with contextlib.suppress(GatewayUnavailable):
            line = self._relays.connect()
        self._found.put(line)
        if self._abandoned:
            self.abandon()
        else:
            self._rope.send(b".")
