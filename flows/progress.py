"""Progress of long work: lines and a bar in the terminal, and one in Prefect."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from rich.console import Console
from rich.progress import Progress as Bars

from tasks.workplace import Workplace


@contextmanager
def steps(names: Sequence[str]) -> Iterator[Callable[[], None]]:
    """Tell on the error stream which of the named steps is going on; each call goes on to the next."""
    began, number = time.monotonic(), 0

    def go_on() -> None:
        nonlocal number
        number += 1
        told = f"{number} of {len(names)}  {names[number - 1]} …"
        sys.stderr.write(f"{time.monotonic() - began:4.0f} s  {told}\n")

    go_on()
    yield go_on


class Progress:
    """Shows how many of a run's messages have an outcome; counts only."""

    def __init__(self, place: Workplace, run: str) -> None:
        self._run = run
        self._bars = Bars(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True)
        self._bar = self._bars.add_task(f"publishing {run}", total=None)
        self._artifact = cast(
            UUID, create_progress_artifact(0.0, key=f"publishing-{run}", description=f"Messages of {run}")
        )
        self._shown = 0.0

    def __enter__(self) -> "Progress":
        self._bars.start()
        return self

    def show(self, messages: dict[str, Any]) -> None:
        """Show the sums of the moment: ``planned`` and ``pending`` are what the bar needs."""
        planned, settled = messages["planned"], messages["planned"] - messages["pending"]
        self._bars.update(self._bar, total=planned, completed=settled)
        share = round(100 * settled / planned, 1) if planned else 100.0
        if share != self._shown:
            update_progress_artifact(artifact_id=self._artifact, progress=share)
            self._shown = share

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
