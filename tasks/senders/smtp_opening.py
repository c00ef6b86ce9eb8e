"""Opening a further connection to a relay without holding up those that are open."""

import contextlib
import queue
import socket
import threading

from campaigns.errors import GatewayUnavailable
from tasks.senders.smtp_relays import Line, Relays


class Opening:
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
