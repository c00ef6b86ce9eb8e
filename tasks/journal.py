"""Journals: append-only files that say what happened to each message, one checked line per record.

A line is ``crc32 status message_id milliseconds attempt code provider_ref``, parted by tabs; the checksum covers what
follows it. A file belongs to one shard and one epoch (``SHARD.e0001.journal``) and is never appended to by another
worker. A last line without its line end was torn by a crash and does not count; any other damage is refused.
"""

import os
import re
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from campaigns.errors import InputError

TERMINAL = frozenset({"accepted", "rejected", "suppressed", "expired", "cancelled"})
LONGEST_FIELD = 64
BODY = 9
"""Where the body of a line begins: behind eight characters of its checksum and a tab."""
UNSAFE = re.compile(r"[^!-~]+")
RECEIPTS = "receipts"
"""Name of the segments in which gateways' receipts lie, beside those of a run's shards."""
SEGMENT = re.compile(r"^(?P<shard>.+)\.e(?P<epoch>\d{4})\.journal$")


class Record(NamedTuple):
    """One thing that happened to one message; ``milliseconds`` since 1970 in UTC, ``attempt`` from 1, 0 before."""

    status: str
    message_id: str
    milliseconds: int
    attempt: int
    code: str = ""
    provider_ref: str = ""


@dataclass(slots=True)
class Standing:
    """How a message stands after all its records; ``unknowns`` counts its moments of doubt."""

    status: str = "queued"
    attempt: int = 0
    unknowns: int = 0


def now(status: str, message_id: str, attempt: int, code: str = "", provider_ref: str = "") -> Record:
    """Return a record of this moment."""
    return Record(status, message_id, time.time_ns() // 1_000_000, attempt, code, provider_ref)


def encode(record: Record) -> bytes:
    """Return the line of a record; whatever could break a line is left out of code and reference."""
    status, message_id, milliseconds, attempt, code, reference = record
    told = code + reference
    if told and not (told.isascii() and told.isalnum() and len(told) <= LONGEST_FIELD):
        code, reference = UNSAFE.sub("", code)[:LONGEST_FIELD], UNSAFE.sub("", reference)[:LONGEST_FIELD]
    body = f"{status}\t{message_id}\t{milliseconds}\t{attempt}\t{code}\t{reference}".encode()
    return b"%08x\t%s\n" % (zlib.crc32(body), body)


class Journal:
    """The writing end of one journal file; created, never reopened. After a failed write it takes no more.

    ``size`` and ``checksum`` (CRC-32) are of all that was appended.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._broken = path, False
        self.size = self.checksum = 0
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        sync_folder(path.parent)

    def append(self, records: Iterable[Record]) -> None:
        """Hand the records to the operating system in one write; they survive the process, not yet the machine."""
        if self._broken:
            raise OSError(f"journal {self.path.name} is broken and takes no more records")
        lines = b"".join(map(encode, records))
        self._broken = True
        if os.write(self._file, lines) != len(lines):
            raise OSError(f"journal {self.path.name} could not be written whole: the disk is full")
        self._broken = False
        self.size, self.checksum = self.size + len(lines), zlib.crc32(lines, self.checksum)

    def sync(self) -> None:
        """Return when everything appended is on the disk; a failure is final, as the kernel may have dropped pages."""
        try:
            os.fdatasync(self._file)
        except OSError:
            self._broken = True
            raise

    def close(self) -> None:
        """Sync and close."""
        if not self._broken:
            self.sync()
        os.close(self._file)


def read(path: Path, start: int = 0) -> list[tuple[int, Record]]:
    """Return (byte offset, record) of every whole record from ``start``, the offset of a record, on.

    Raises InputError, with file and offset, where a record that is not the torn last one is damaged.
    """
    records, offset = [], start
    for line in whole_lines(path, start):
        status, message_id, milliseconds, attempt, code, reference = line[BODY:].decode().split("\t")
        records.append((offset, Record(status, message_id, int(milliseconds), int(attempt), code, reference)))
        offset += len(line) + 1
    return records


def whole_lines(path: Path, start: int = 0) -> list[bytes]:
    """Return the lines of every whole record from ``start`` on, without line ends; raises InputError like ``read``."""
    with path.open("rb") as journal:
        journal.seek(start)
        *lines, _ = journal.read().split(b"\n")
    for number, line in enumerate(lines):
        if line[:BODY] != b"%08x\t" % zlib.crc32(line[BODY:]):
            raise InputError(
                "a record of the journal is damaged",
                where=f"{path}, byte {start + sum(len(each) + 1 for each in lines[:number])}",
                remedy="restore this file from a back-up; nothing of its shard is sent until it reads whole.",
            )
    return lines


def segments(folder: Path, shard: str = "") -> list[Path]:
    """Return the journal files of a shard, or of every shard, oldest epoch first."""
    found = ((SEGMENT.match(path.name), path) for path in folder.glob("*.journal"))
    return sorted(path for match, path in found if match and shard in ("", match["shard"]))


def next_segment(folder: Path, shard: str) -> Path:
    """Return the path of a shard's next epoch."""
    last = segments(folder, shard)
    match = SEGMENT.match(last[-1].name) if last else None
    return folder / f"{shard}.e{int(match['epoch']) + 1 if match else 1:04d}.journal"


def standings(folder: Path, shard: str) -> dict[str, Standing]:
    """Return how each message of a shard stands after every epoch; messages without a record are absent.

    A message of which the gateway has given a receipt was accepted, whatever the sending knew of it.
    """
    known: dict[str, Standing] = {}
    for path in segments(folder, shard):
        for _, record in read(path):
            standing = known.setdefault(record.message_id, Standing())
            standing.status, standing.attempt = record.status, max(standing.attempt, record.attempt)
            standing.unknowns += record.status == "unknown"
    unsettled = {message_id for message_id, standing in known.items() if standing.status not in TERMINAL}
    for message_id in unsettled & receipts_in(folder).keys() if unsettled else ():
        known[message_id].status = "accepted"
    return known


def receipts_in(folder: Path) -> dict[str, set[str]]:
    """Return what gateways have told of the messages of a run, by message id."""
    told: dict[str, set[str]] = {}
    for path in segments(folder, RECEIPTS):
        for _, record in read(path):
            told.setdefault(record.message_id, set()).add(record.status)
    return told


def sync_folder(folder: Path) -> None:
    """Return when the folder's own entries are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
