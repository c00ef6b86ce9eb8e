"""Samples of letters, set one after another by one process: ``python -m tasks.sample_typesetting PARENT``.

A campaign in several languages has dozens of letters, and a process for each would take ten times as long. The process
is bounded, belongs to the thread that asks and ends with it. It gets the length of a document on a line and then the
document; it answers with a line of JSON, the places of letters and the length of the PDF, and then the PDF, or why not.
"""

import contextlib
import json
import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

from campaigns.errors import InputError
from tasks.lifeline import end_with_parent
from tasks.typesetting import MEND, Letters, typeset

SECONDS = 60
MOST_MEMORY = 2**30
"""Address space in bytes."""
MOST_LETTERS = 100
"""Typst keeps what it has set for a while, so another process follows after so many."""


class TooLongError(Exception):
    """A letter takes longer than any letter needs."""


class SampleProcess:
    """The process of one thread."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tasks.sample_typesetting", str(os.getpid())]
        environment = {"PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "2"}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        self._left = MOST_LETTERS

    def takes_another(self) -> bool:
        """Tell whether it lives and has not set too many."""
        return self._left > 0 and self._process.poll() is None

    def ask(self, source: bytes, seconds: float) -> Letters | str | None:
        """Return the letters or typst's reason; None where the process ended. Raises TooLongError after ``seconds``."""
        self._left -= 1
        late = time.monotonic() + seconds
        ending = threading.Timer(seconds, self._process.kill)
        ending.start()
        try:
            answer = self._answer(source)
        except (OSError, ValueError):  # the process has ended: a broken pipe, half a line
            answer = None
        except BaseException:
            self.end()
            raise
        finally:
            ending.cancel()
        if answer is None:
            self.end()
            if time.monotonic() >= late:
                raise TooLongError
        return answer

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        with contextlib.suppress(OSError):  # what it never read
            self._process.communicate()

    def _answer(self, source: bytes) -> Letters | str | None:
        given, printed = self._process.stdin, self._process.stdout
        assert given is not None
        assert printed is not None
        given.write(b"%d\n" % len(source) + source)
        given.flush()
        told = json.loads(printed.readline())
        if "problem" in told:
            return str(told["problem"])
        pdf = printed.read(told["bytes"])
        places = tuple((first, pages) for first, pages in told["places"])
        return Letters(pdf, places) if len(pdf) == told["bytes"] else None


_of_thread = threading.local()


def typeset_sample(source: bytes, *, seconds: float = SECONDS) -> Letters:
    """Return a letter that is nobody's, within a minute; raises InputError with typst's reason.

    What ends a process that has set others before is tried again by a new one, so that each letter has all its bounds.
    """
    kept: SampleProcess | None = getattr(_of_thread, "process", None)
    try:
        answer = kept.ask(source, seconds) if kept and kept.takes_another() else None
        if answer is None:
            if kept:
                kept.end()
            _of_thread.process = SampleProcess()
            answer = _of_thread.process.ask(source, seconds)
    except TooLongError:
        answer = None
    if isinstance(answer, Letters):
        return answer
    raise InputError(
        answer or "the letter takes too long or too much memory to typeset",
        remedy=MEND if answer else "make its text shorter and its pictures smaller.",
    )


def main() -> None:
    """Bound the process, then set one document after another until there is none."""
    end_with_parent(int(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    while length := sys.stdin.buffer.readline():
        used = resource.getrusage(resource.RUSAGE_SELF)
        most = int(used.ru_utime + used.ru_stime) + 1 + SECONDS * (os.cpu_count() or 1)
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
        sys.stdout.buffer.write(_answered(sys.stdin.buffer.read(int(length))))
        sys.stdout.buffer.flush()


def _answered(source: bytes) -> bytes:
    try:
        letters = typeset(source)
    except InputError as error:
        return json.dumps({"problem": error.problem}).encode() + b"\n"
    return json.dumps({"places": letters.places, "bytes": len(letters.pdf)}).encode() + b"\n" + letters.pdf


if __name__ == "__main__":
    main()
