"""Deadlines of what runs side by side in one process: one thread calls back where a time is over."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator


class Deadlines:
    """Calls back for everything that is not done in time.

    A timer for each exchange would start a thread for each message; this thread sleeps until the earliest time that it
    knew when it lay down, so that an exchange that ends in time costs two entries of a dictionary.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: dict[int, tuple[float, Callable[[], None]]] = {}
        self._numbered = 0
        self._wakes_at = 0.0
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def within(self, seconds: float, cut: Callable[[], None]) -> Iterator[None]:
        """Call ``cut`` from another thread if the block has not ended after so many seconds."""
        number = self._enter(time.monotonic() + seconds, cut)
        try:
            yield
        finally:
            with self._changed:
                self._due.pop(number, None)

    def _enter(self, end: float, cut: Callable[[], None]) -> int:
        with self._changed:
            self._numbered += 1
            self._due[self._numbered] = (end, cut)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, daemon=True)
                self._thread.start()
            elif end < self._wakes_at:
                self._changed.notify()
            return self._numbered

    def _watch(self) -> None:
        while True:
            with self._changed:
                self._wakes_at = min((end for end, _ in self._due.values()), default=float("inf"))
                pause = self._wakes_at - time.monotonic()
                if pause > 0:
                    self._changed.wait(None if pause == float("inf") else pause)
                now = time.monotonic()
                late = [number for number, (end, _) in self._due.items() if end <= now]
                cuts = [self._due.pop(number)[1] for number in late]
            for cut in cuts:
                cut()


DEADLINES = Deadlines()
"""The one of this process."""
