"""Receipts: what a gateway tells later of a message, kept append-only beside the journals of its run.

The address that a gateway calls holds the message's own id and a token made with a key for receipts alone, so that a
receipt finds its message even where the answer to our request was lost, and nobody else can give one. Receipts are
evidence like the journals and are read and merged as they are: ``runs/RUN/journals/receipts.eNNNN.journal``. They say
the same in any order and however often: a failure outranks a delivery, and both outrank what the sending knew.
"""

import hashlib
import hmac
import re
import threading
from collections import OrderedDict
from pathlib import Path
from urllib.parse import quote

from campaigns.errors import UnknownRun
from tasks import journal
from tasks.senders.protocol import Setting
from tasks.workplace import pseudonym

SHARD = journal.RECEIPTS
STATUSES = {"delivered": "delivered", "failed": "hard_bounce"}
MESSAGE = re.compile(r"[0-9a-f]{32}")
NO_RUNS = frozenset({"", ".", ".."})
MOST_RUNS = 8


def receipts_key(key: bytes) -> str:
    """Return the key that receipts' tokens are made with; it reveals nothing of the installation's own."""
    return pseudonym(key, "receipts", "tokens")


def token(secret: str, run: str, message_id: str) -> str:
    """Return the 128 bits that only we and the gateway of this message know."""
    return hmac.new(secret.encode(), f"{run}:{message_id}".encode(), hashlib.sha256).hexdigest()[:32]


def receipt_address(setting: Setting, message_id: str) -> str:
    """Return the address that the gateway is to call for a message."""
    given = token(setting.receipts_key, setting.run, message_id)
    return f"{setting.receipts_url.rstrip('/')}/{quote(setting.run, safe='')}/{message_id}/{given}"


def is_genuine(secret: str, run: str, message_id: str, given: str) -> bool:
    """Tell whether an address was made here, in the same time for every wrong token."""
    if run in NO_RUNS or not set("/\0").isdisjoint(run) or not MESSAGE.fullmatch(message_id) or not given.isascii():
        return False
    return hmac.compare_digest(token(secret, run, message_id), given)


def has_receipt(home: Path, run: str, message_id: str) -> bool:
    """Tell whether a gateway has told anything of a message."""
    return message_id in journal.receipts_in(home / "runs" / run / "journals")


class ReceiptBook:
    """The writing end, for one process; several processes each write files of their own."""

    def __init__(self, home: Path) -> None:
        self._home, self._lock = home, threading.Lock()
        self._open: OrderedDict[str, tuple[journal.Journal, set[tuple[str, str]]]] = OrderedDict()

    def keep(self, run: str, record: journal.Record) -> bool:
        """Write a receipt down and sync it; returns whether it was new.

        Raises OSError, UnknownRun, and InputError where what was written before is damaged.
        """
        with self._lock:
            written, known = self._of(run)
            if (record.message_id, record.status) in known:
                return False
            try:
                written.append([record])
                written.sync()
            except OSError:
                self._let_go(run)
                raise
            known.add((record.message_id, record.status))
            return True

    def close(self) -> None:
        """Close every file."""
        with self._lock:
            for run in list(self._open):
                self._let_go(run)

    def _of(self, run: str) -> tuple[journal.Journal, set[tuple[str, str]]]:
        if run not in self._open:
            folder = self._home / "runs" / run / "journals"
            if not folder.is_dir():
                raise UnknownRun("no run of this name has been published here", where=run)
            known = {(name, status) for name, found in journal.receipts_in(folder).items() for status in found}
            self._open[run] = (_new_file(folder), known)
            while len(self._open) > MOST_RUNS:
                self._let_go(next(iter(self._open)))
        self._open.move_to_end(run)
        return self._open[run]

    def _let_go(self, run: str) -> None:
        written, _ = self._open.pop(run)
        written.close()


def _new_file(folder: Path) -> journal.Journal:
    while True:
        try:
            return journal.Journal(journal.next_segment(folder, SHARD))
        except FileExistsError:  # another process was quicker
            continue
