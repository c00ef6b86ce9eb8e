"""Several connections to the mail relay on one thread: letters in, outcomes out in the order in which they come.

The first connection is opened at once; others are opened one after another by a thread that does only that, as long as
letters wait, so that a relay that greets late holds nobody up.
"""

import selectors
import time
from collections import deque
from math import inf

from campaigns.errors import GatewayUnavailable
from tasks.senders.protocol import Outcome
from tasks.senders.smtp_connection import Connection
from tasks.senders.smtp_dialogue import MOST_RETURNS
from tasks.senders.smtp_letter import Letter
from tasks.senders.smtp_opening import Opening
from tasks.senders.smtp_relays import Line, Relay, Relays

SECONDS_BETWEEN_ATTEMPTS = 60.0
LONGEST_HOLD = 0.002
MOST_FAULTS = 10
"""So many letters on end that a relay has not taken for reasons of its own let the next relay of the list be used."""


class Pool:
    """Connections to whichever relay works."""

    def __init__(self, relays: Relays, sender: bytes) -> None:
        self._relays, self._sender = relays, sender
        self._connections: list[Connection] = []
        self._waiting: deque[Letter] = deque()
        self._not_taken: list[Letter] = []
        self._settled: list[tuple[Letter, Outcome]] = []
        self._selector = selectors.DefaultSelector()
        self._opening = Opening(relays)
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
        self._not_taken = [letter for letter in self._not_taken if not letter.released]
        self.held += len(letters)
        for connection in self._connections:
            connection.dialogue.go_on()

    def call_off(self) -> None:
        """Forget every letter that is announced and not released."""
        for connection in self._connections:
            connection.dialogue.call_off()
        self._gather()
        self._waiting = deque(letter for letter in self._waiting if letter.released)
        self._not_taken.clear()

    def collect(self, seconds: float, longer: float) -> list[tuple[Letter, Outcome]]:
        """Move bytes until a letter is settled or so many ``seconds`` have passed, then ``longer`` for more letters.

        More are waited for at least a moment, because a batch costs a sync however small it is.
        """
        now = time.monotonic()
        until = now + seconds
        if now >= self._soonest:  # whoever stood still for long hears first what has been said meanwhile
            self._await_bytes(now, now)
        self._work(now)
        self._look_at_clock(now)
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
        for held in (0, 1):
            for connection in self._connections:
                if self._waiting and connection.dialogue.held == held and connection.room:
                    connection.dialogue.take(self._waiting.popleft())
        if any(connection.dialogue.settled for connection in self._connections):
            self._gather()

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
                self._note(connection)
                dialogue.settled.clear()
            if dialogue.ended or (connection.retiring and not dialogue.held):
                self._take_back(dialogue.returned)
                self._connections.remove(connection)
                self._selector.unregister(connection.socket)
                connection.close()

    def _note(self, connection: Connection) -> None:
        """Keep what has become of letters; of one that is not released nobody is told before it is.

        What a relay says of itself to such a one counts only while that relay is used.
        """
        for letter, outcome in connection.dialogue.settled:
            if letter.released:
                self._settled.append((letter, outcome))
                continue
            letter.early = outcome
            if outcome.gateway_fault:
                self._not_taken.append(letter)
                if connection.relay is not self._relays.current:
                    self._announce_again()

    def _take_back(self, returned: list[Letter]) -> None:
        """Let what a lost connection has returned come first again, but behind what is released."""
        if returned:
            waiting = [*returned, *self._waiting]
            self._waiting = deque(sorted(waiting, key=lambda letter: not letter.released))

    def _count_faults(self, connection: Connection) -> None:
        if connection.relay is not self._relays.current:
            return
        for _, outcome in connection.dialogue.settled:
            self._faults = self._faults + 1 if outcome.gateway_fault else 0
        if self._faults >= MOST_FAULTS and self._relays.give_up(connection.relay):
            self._faults = 0
            self._retire_others(self._relays.current)
            self._announce_again()

    def _announce_again(self) -> None:
        """Let another relay have the unreleased letters that one has not taken for reasons of its own."""
        again = [letter for letter in self._not_taken if not letter.released and letter.returns < MOST_RETURNS]
        self._not_taken.clear()
        for letter in again:
            letter.forget()
            letter.returns, letter.early = letter.returns + 1, None
        self._take_back(again)

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
                self._hand_out()
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
        elif line.relay is self._relays.current and self._has_use_for(line):
            self._add(line)
        else:
            line.server.close()

    def _has_use_for(self, line: Line) -> bool:
        return self._is_room_for_another() or line.relay is not self._connections[0].relay

    def _add(self, line: Line) -> None:
        connection = Connection(line, self._sender)
        self._selector.register(connection.socket, selectors.EVENT_READ, connection)
        self._connections.append(connection)
        self._retire_others(line.relay)
