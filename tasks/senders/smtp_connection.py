"""A socket to a relay and the dialogue on it: moves the bytes without waiting, and knows how long to be patient."""

import contextlib
import smtplib
import ssl
from math import inf

from tasks.senders.smtp_dialogue import LOST, TIMEOUT, Dialogue
from tasks.senders.smtp_relays import Line

MOST_BYTES = 65_536
NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Connection:
    """One open connection; ``deadline`` is the monotonic second at which the relay's silence becomes too long."""

    def __init__(self, line: Line, sender: bytes) -> None:
        assert line.server.sock is not None
        self.relay, self._server, self.socket = line.relay, line.server, line.server.sock
        self.socket.setblocking(False)
        self._encrypted = isinstance(self.socket, ssl.SSLSocket)
        self.dialogue = Dialogue(sender, line.server.esmtp_features)
        self.deadline, self._progress = inf, -1
        self.blocked = self.retiring = False

    @property
    def room(self) -> int:
        """How many letters it can take now."""
        return 0 if self.retiring else self.dialogue.room

    def send(self) -> None:
        """Hand over to the network as much as it takes."""
        self.blocked = False
        while data := self.dialogue.outgoing():
            if self._encrypted:
                data = data[:MOST_BYTES]
            try:
                self.dialogue.left(self.socket.send(data))
            except NOT_NOW:
                self.blocked = True
                if self._encrypted:
                    self.dialogue.offered(len(data))
                return
            except OSError:
                if self._encrypted:
                    self.dialogue.offered(len(data))
                self.receive()  # a last answer may lie there still
                self.dialogue.end(LOST)
                return

    def receive(self) -> None:
        """Take what has come."""
        while True:
            try:
                data = self.socket.recv(MOST_BYTES)
            except NOT_NOW:
                return
            except OSError:
                data = b""
            if not data:
                self.dialogue.end(LOST)
                return
            self.dialogue.received(data)
            if not (isinstance(self.socket, ssl.SSLSocket) and self.socket.pending()):
                return

    def look_at_clock(self, now: float) -> None:
        """End a dialogue whose relay is silent for too long; a step that has been answered starts the clock anew."""
        waiting = self.dialogue.waiting
        if not waiting:
            self.deadline, self._progress = inf, -1
        elif self.dialogue.progress != self._progress:
            patience = self.relay.seconds_after_dot if waiting == "dot" else self.relay.seconds_per_step
            self.deadline, self._progress = now + patience, self.dialogue.progress
        elif now >= self.deadline:
            self.dialogue.end(TIMEOUT)

    def close(self) -> None:
        """Hang up, with QUIT where nothing is under way."""
        if not self.dialogue.ended and not self.dialogue.held:
            with contextlib.suppress(OSError):
                self.socket.send(b"QUIT\r\n")
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._server.close()
