"""How often to do what costs more the more there is: not so often that it takes more than its share of the time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SHARE = 0.05


class Pace:
    """Work that is due every so many seconds, and later where the last time took longer than a twentieth of them."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock, self._due_at = seconds, clock, clock() + seconds

    @property
    def is_due(self) -> bool:
        """Whether it is time for the work again."""
        return self._clock() >= self._due_at

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Do the work inside; how long it takes decides when it is due next."""
        began = self._clock()
        yield
        ended = self._clock()
        self._due_at = ended + max(self._seconds, (ended - began) / SHARE)
