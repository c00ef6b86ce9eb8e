"""Who may send a shard when several machines share its folder: a lease file per epoch, beside the shard's journals.

A file lock already says so within one machine, and frees itself when its holder dies; so a lease of this machine, whose
lock was had, is taken over at once. One of another machine is taken over only when it was given back, or when nothing
has renewed it for :attr:`Terms.takeover` seconds by the clock of the file system, which all machines share.

The order of work is: mark, sync, ask :meth:`Lease.holds`, send. A new holder first makes its epoch's file and then
reads the journals. So either it sees the marks of the old holder, whose messages then are in doubt, or the old holder
sees the new epoch before it sends, and does not. What it had marked is void: its journal is older than the new one.

The folder must be on one POSIX file system on which an exclusive creation, a rename and fsync hold between machines.
"""

import contextlib
import glob
import os
import re
import socket
import threading
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tasks.journal import sync_folder
from tasks.whole_files import write_whole

NAME = re.compile(r"\.lease-(\d{4,})$")
FREE = "given back"
LONGEST_SEND = 600.0
"""Seconds that a sender may wait for an answer, such as that to the last dot (RFC 5321, 4.5.3.2.6)."""


@dataclass(frozen=True)
class Terms:
    """Seconds: ``renew`` between renewals, ``stop`` after which nothing is marked any more, ``takeover`` for others."""

    renew: float = 20.0
    stop: float = 40.0
    takeover: float = 60.0 + LONGEST_SEND


class Lease:
    """The right to send one shard; :meth:`take` it, ask :meth:`holds` before each sending, :meth:`give_back`."""

    def __init__(self, folder: Path, shard: str, terms: Terms | None = None, machine: str = "") -> None:
        self._folder, self._shard, self._terms = folder, shard, terms or Terms()
        self._machine = machine or this_machine()
        self._path: Path | None = None
        self._next: Path | None = None
        self._renewed = 0.0
        self._end = threading.Event()

    def __enter__(self) -> "Lease":
        return self

    def __exit__(self, *_: object) -> None:
        self.give_back()

    def take(self) -> bool:
        """Make the next epoch's file and keep it renewed; False where another machine may be sending.

        Only for the holder of the shard's file lock.
        """
        newest = _newest(self._folder, self._shard)
        if newest is not None and not self._is_free(newest):
            return False
        epoch = _epoch(newest) + 1 if newest else 1
        path = self._file(epoch)
        self._renewed = _seconds()
        draft = self._folder / f".{path.name}-{os.getpid()}.draft"
        write_whole(draft, self._machine.encode())
        try:
            os.link(draft, path)  # fails where another has been quicker, and the file has its content from the start
        except FileExistsError:
            return False
        finally:
            draft.unlink()
        sync_folder(self._folder)
        self._path, self._next = path, self._file(epoch + 1)
        if newest is not None:
            newest.unlink(missing_ok=True)
        threading.Thread(target=self._renew, daemon=True).start()
        return True

    def holds(self) -> bool:
        """Tell whether this is still the newest epoch, renewed lately enough; ask after the marks are on the disk."""
        if self._path is None or self._next is None or _seconds() - self._renewed > self._terms.stop:
            return False
        return os.path.exists(self._path) and not os.path.exists(self._next)

    def give_back(self) -> None:
        """Let another machine take the shard at once."""
        self._end.set()
        if self._path is not None and self.holds():
            with contextlib.suppress(OSError):  # then it is taken over later
                write_whole(self._path, FREE.encode())
        self._path = self._next = None

    def _is_free(self, newest: Path) -> bool:
        try:
            holder = newest.read_text(encoding="utf-8")
            return holder in (FREE, self._machine) or self._age(newest) > self._terms.takeover
        except FileNotFoundError:
            return False

    def _age(self, path: Path) -> float:
        """Return the seconds since a file was touched, by the time that the file system gives to another one now."""
        probe = self._folder / f".{self._shard}.now-{os.getpid()}"
        probe.touch()
        os.utime(probe)
        try:
            return probe.stat().st_mtime - path.stat().st_mtime
        finally:
            probe.unlink()

    def _file(self, epoch: int) -> Path:
        return self._folder / f"{self._shard}.lease-{epoch:04d}"

    def _renew(self) -> None:
        path = self._path
        while path is not None and not self._end.wait(self._terms.renew):
            begun = _seconds()
            try:
                os.utime(path)
            except OSError:  # taken over, or the file system does not answer: what was renewed last counts
                continue
            self._renewed = begun


def _newest(folder: Path, shard: str) -> Path | None:
    files = [path for path in folder.glob(f"{glob.escape(shard)}.lease-*") if NAME.search(path.name)]
    return max(files, key=_epoch, default=None)


def _epoch(path: Path) -> int:
    found = NAME.search(path.name)
    return int(found[1]) if found else 0


def _seconds() -> float:
    """Return seconds that go on while the machine sleeps, and that no correction of the clock moves."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@cache
def this_machine() -> str:
    """Return what tells this machine from others: its name and the id of its installation, the same after a restart."""
    with contextlib.suppress(OSError):
        return f"{socket.gethostname()} {Path('/etc/machine-id').read_text(encoding='ascii').strip()}"
    return f"{socket.gethostname()} -"
