"""The decision log: an append-only, hash-chained, synced file that outlives the database.

Approvals, suppressions, decisions on unknowns, pauses, stops and every audited act are written here first; the tables
``audit``, ``suppression`` and the decided part of ``approval`` are made from it, at once and again by a rebuild.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from campaigns.errors import InputError
from tasks.workplace import Workplace

GENESIS = "0" * 64
TORN = "a crash tore it off; it does not count"


@dataclass(frozen=True)
class Decision:
    """One line of the log; ``hash`` covers everything else, ``previous`` is the hash of the line before."""

    sequence: int
    at: datetime
    actor: str
    action: str
    run: str | None
    detail: dict[str, Any]
    previous: str
    hash: str


def record(
    workplace: Workplace, action: str, *, actor: str, run: str | None = None, detail: dict[str, Any] | None = None
) -> Decision:
    """Append one decision under a lock and sync it to disk before returning; ``detail`` is pseudonymous."""
    workplace.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with workplace.decisions.open("a+b") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        _drop_torn_end(log)
        last = _last(log)
        sequence, previous = (last.sequence + 1, last.hash) if last else (1, GENESIS)
        body = {
            "sequence": sequence,
            "at": datetime.now(UTC).isoformat(),
            "actor": actor,
            "action": action,
            "run": run,
            "detail": detail or {},
            "previous": previous,
        }
        line = json.dumps({**body, "hash": _digest(body)}, ensure_ascii=False)
        log.write(line.encode() + b"\n")
        log.flush()
        os.fsync(log.fileno())
    return _parse(line)


def read(workplace: Workplace) -> Iterator[Decision]:
    """Yield every decision in order; a torn last line is left out, any other damage raises InputError with the line."""
    for number, decision, problem in examine(workplace):
        if problem == TORN:
            return
        if problem or decision is None:
            raise _tampered(workplace, number)
        yield decision


def examine(workplace: Workplace) -> Iterator[tuple[int, Decision | None, str]]:
    """Yield (line number, decision, what is wrong with it) of every line, the decision None where it cannot be read.

    After a break the chain is taken up again from what the broken line says, so that each break is told once.
    """
    if not workplace.decisions.exists():
        return
    previous = GENESIS
    for number, line in enumerate(workplace.decisions.read_bytes().splitlines(keepends=True), start=1):
        if not line.endswith(b"\n"):
            yield number, None, TORN
            return
        decision, problem = _examined(line)
        if decision is not None:
            if not problem and decision.previous != previous:
                problem = "it does not follow the line before: a line was taken out, put in or moved"
            elif not problem and decision.sequence != number:
                problem = f"its number is {decision.sequence}"
            previous = decision.hash
        yield number, decision, problem


def _parse(line: str | bytes) -> Decision:
    fields = json.loads(line)
    return Decision(**{**fields, "at": datetime.fromisoformat(fields["at"])})


def _examined(line: bytes) -> tuple[Decision | None, str]:
    try:
        fields = json.loads(line)
        decision, digest = _parse(line), fields.pop("hash")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None, "it cannot be read"
    return decision, "" if digest == _digest(fields) else "what it says is not what its hash was made of"


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _tampered(workplace: Workplace, number: int) -> InputError:
    return InputError(
        "the hash chain of the decision log breaks here",
        where=f"{workplace.decisions}:{number}",
        remedy="restore the decision log from a back-up; never edit it by hand.",
    )


def _last(log: Any) -> Decision | None:
    end = log.seek(0, os.SEEK_END)
    log.seek(max(0, end - 65536))
    lines = log.read().splitlines()
    return _parse(lines[-1]) if lines else None


def _drop_torn_end(log: Any) -> None:
    end = log.seek(0, os.SEEK_END)
    if end == 0:
        return
    log.seek(max(0, end - 65536))
    tail = log.read()
    if not tail.endswith(b"\n"):
        log.truncate(end - len(tail) + tail.rfind(b"\n") + 1)
