"""Where the SMTP server to try out with keeps what it has accepted: each message raw, and an index of envelopes."""

import json
import os
from pathlib import Path
from typing import Any


class Store:
    """The folder of accepted messages; numbers go on after a restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for prefix in range(256):
            (folder / f"{prefix:02x}").mkdir(exist_ok=True)
        index = folder / "index.jsonl"
        self._count = sum(1 for _ in index.open("rb")) if index.exists() else 0
        self._index = os.open(index, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def keep(self, sender: str, recipients: list[str], content: bytes, connection: int = 0) -> int:
        """Store one message and return its number, from 1; ``connection`` tells those of one server apart."""
        self._count += 1
        name = f"{self._count % 256:02x}/{self._count}.eml"
        file = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(file, content)
        os.close(file)
        entry = {"number": self._count, "file": name, "mail_from": sender, "rcpt_to": recipients}
        entry["connection"] = connection
        os.write(self._index, json.dumps(entry).encode() + b"\n")
        return self._count

    def note_fault(self, place: str, fault: str, connection: int) -> None:
        """Write down that a planted fault has fallen."""
        with (self._folder / "faults.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps({"at": place, "fault": fault, "connection": connection}) + "\n")


def faults_fallen(store: Path) -> list[dict[str, Any]]:
    """Return the planted faults that have fallen: at, fault, connection."""
    log = store / "faults.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def accepted(store: Path) -> list[dict[str, Any]]:
    """Return the index of a store, an entry per accepted message: number, file, mail_from, rcpt_to, connection."""
    index = store / "index.jsonl"
    return [json.loads(line) for line in index.read_text().splitlines()] if index.exists() else []
