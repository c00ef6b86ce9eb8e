"""The control folder of a run: what workers read before every mark.

``terms.json`` holds what the brief says about time, purposes and unknowns, and which texts rest on whose consent.
``orders.log`` (pause, resume, stop), ``suppressions.log`` and ``withdrawals.log`` (consents to tell a story) are
append-only and synced, a checksum per line; a line that does not match stops the sending.
"""

import fcntl
import json
import os
import time
import zlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from campaigns.errors import InputError
from campaigns.sending_hours import is_open
from tasks.journal import sync_folder

ORDERS, SUPPRESSIONS, TERMS = "orders.log", "suppressions.log", "terms.json"
WITHDRAWALS = "withdrawals.log"
Verdict = Literal["go", "paused", "stopped", "expired", "outside_hours"]


def append(folder: Path, name: str, lines: Iterable[tuple[str, ...]]) -> None:
    """Append checked lines to a control file under a lock and sync it; a torn end of an earlier append is cut off."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = (folder / name).exists()
    with (folder / name).open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _cut_torn_end(file)
        for line in lines:
            body = "\t".join((str(time.time_ns() // 1_000_000), *line)).encode()
            file.write(b"%08x\t%s\n" % (zlib.crc32(body), body))
        file.flush()
        os.fsync(file.fileno())
    if not known:
        sync_folder(folder)


def _cut_torn_end(file: Any) -> None:
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - 4096))
    tail = file.read()
    if tail and not tail.endswith(b"\n"):
        file.truncate(end - len(tail) + tail.rfind(b"\n") + 1)


class _Growing:
    """The reading end of one append-only control file."""

    def __init__(self, path: Path) -> None:
        self._path, self._name, self._offset = path, str(path), 0

    def new_lines(self) -> list[list[str]]:
        """Return the whole lines that have come since the last call, as fields after checksum and time."""
        try:
            if os.stat(self._name).st_size == self._offset:
                return []
        except FileNotFoundError:
            return []
        with self._path.open("rb") as file:
            file.seek(self._offset)
            *lines, _ = file.read().split(b"\n")
        return [self._decode(line) for line in lines]

    def _decode(self, line: bytes) -> list[str]:
        checksum, _, body = line.partition(b"\t")
        if checksum != b"%08x" % zlib.crc32(body):
            raise InputError(
                "a line of the control file is damaged; nothing is sent",
                where=f"{self._path}, byte {self._offset}",
                remedy="restore the file, or run `budkavle rebuild`, which writes it anew from the decision log.",
            )
        self._offset += len(line) + 1
        return body.decode().split("\t")[1:]


class Control:
    """What may be sent now; :meth:`refresh` reads what has been added since."""

    def __init__(self, folder: Path, channel: str) -> None:
        self.terms: dict[str, Any] = json.loads((folder / TERMS).read_text(encoding="utf-8"))
        self._zone = ZoneInfo(self.terms["time_zone"])
        self._valid_until = datetime.fromisoformat(self.terms["valid_until"])
        self._quiet = self.terms["quiet_hours"].get(channel)
        self._purposes = {"all", *self.terms["purposes"]}
        self._orders, self._suppressions = _Growing(folder / ORDERS), _Growing(folder / SUPPRESSIONS)
        self._withdrawals = _Growing(folder / WITHDRAWALS)
        self._order, self._stopped, self._expired = "resume", False, False
        self.suppressed: set[str] = set()
        self.withdrawn: set[str] = set()

    def refresh(self, now: datetime | None = None) -> Verdict:
        """Read what is new and say whether sending may go on; a stop is final, and so is the end of its time.

        ``suppressed`` holds keys that get nothing, ``withdrawn`` variants that tell a story without its consent.
        """
        for order, *_ in self._orders.new_lines():
            self._order, self._stopped = order, self._stopped or order == "stop"
        for subject_key, purpose, *_ in self._suppressions.new_lines():
            if purpose in self._purposes:
                self.suppressed.add(subject_key)
        for consent, *_ in self._withdrawals.new_lines():
            told = self.terms.get("stories", [])
            self.withdrawn |= {each["variant"] for each in told if consent in each["consents"]}
        moment = (now or datetime.now(self._zone)).astimezone(self._zone)
        if self._stopped:
            return "stopped"
        self._expired = self._expired or moment >= self._valid_until
        if self._expired:
            return "expired"
        if self._order == "pause":
            return "paused"
        return "go" if self._open(moment) else "outside_hours"

    def _open(self, moment: datetime) -> bool:
        return is_open(self.terms["windows"], moment, self._quiet or ())
