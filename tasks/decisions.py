"""The decision log: an append-only, synced file, chained by keyed hashes, that outlives the database.

The key of the chain is made from the installation's own (HMAC-SHA-256, RFC 2104), so that nobody without it can write a
line that counts.

Approvals, suppressions, decisions on unknowns, pauses, stops and every audited act are written here first; the tables
``audit``, ``suppression`` and the decided part of ``approval`` are made from it, at once and again by a rebuild.
"""

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from campaigns.errors import InputError
from tasks.workplace import Workplace

GENESIS = "0" * 64
KEYED = 2
BLOCK = 65_536
TORN = "a crash tore it off; it does not count"


@dataclass(frozen=True)
class Decision:
    """One line of the log; ``hash`` covers everything else, ``previous`` is the hash of the line before.

    ``version`` tells how the line and its hash are made.
    """

    sequence: int
    at: datetime
    actor: str
    action: str
    run: str | None
    detail: dict[str, Any]
    previous: str
    hash: str
    version: int


def record(
    workplace: Workplace, action: str, *, actor: str, run: str | None = None, detail: dict[str, Any] | None = None
) -> Decision:
    """Append one decision under a lock and sync it to disk before returning; ``detail`` is pseudonymous."""
    workplace.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    _require_file(workplace)
    with workplace.decisions.open("a+b") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        _drop_torn_end(log)
        try:
            last = _last(log)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise _tampered(workplace, len(workplace.decisions.read_bytes().splitlines())) from None
        sequence, previous = (last.sequence + 1, last.hash) if last else (1, GENESIS)
        body = {
            "version": KEYED,
            "sequence": sequence,
            "at": datetime.now(UTC).isoformat(),
            "actor": actor,
            "action": action,
            "run": run,
            "detail": detail or {},
            "previous": previous,
        }
        body = json.loads(json.dumps(body, ensure_ascii=False).encode(errors="replace"))  # a lone surrogate is no text
        line = json.dumps({**body, "hash": _digest(workplace, body)}, ensure_ascii=False)
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
    _require_file(workplace)
    previous = GENESIS
    for number, line in enumerate(workplace.decisions.read_bytes().splitlines(keepends=True), start=1):
        if not line.endswith(b"\n"):
            yield number, None, TORN
            return
        decision, problem = _examined(workplace, line)
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


def _examined(workplace: Workplace, line: bytes) -> tuple[Decision | None, str]:
    try:
        fields = json.loads(line)
        if fields.get("version") != KEYED:
            return None, "its hash is not keyed, so anybody may have written it"
        decision, digest = _parse(line), fields.pop("hash")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None, "it cannot be read"
    holds = isinstance(digest, str) and hmac.compare_digest(
        digest.encode(errors="replace"), _digest(workplace, fields).encode()
    )
    return decision, "" if holds else "what it says is not what its hash was made of"


def _digest(workplace: Workplace, body: dict[str, Any]) -> str:
    """Return the hash of a line, keyed for its purpose."""
    content = json.dumps(body, sort_keys=True, ensure_ascii=False).encode(errors="backslashreplace")
    key = hmac.new(workplace.key, b"decision_log", hashlib.sha256).digest()
    return hmac.new(key, content, hashlib.sha256).hexdigest()


def _require_file(workplace: Workplace) -> None:
    """Raise InputError where something else than a file stands in the log's place."""
    if workplace.decisions.exists() and not workplace.decisions.is_file():
        raise InputError(
            "the decision log is not a file",
            where=str(workplace.decisions),
            remedy="move what stands there away and restore the decision log from a back-up.",
        )


def _tampered(workplace: Workplace, number: int) -> InputError:
    return InputError(
        "the hash chain of the decision log breaks here",
        where=f"{workplace.decisions}:{number}",
        remedy="restore the decision log from a back-up, or BUDKAVLE_SECRET_KEY where it is not the key that wrote the "
        "log; never edit the log by hand.",
    )


def _last(log: Any) -> Decision | None:
    lines = _tail(log).splitlines()
    return _parse(lines[-1]) if lines else None


def _tail(log: Any) -> bytes:
    """Return the end of the log, at least its last whole line and what follows; all of a short one."""
    end, length = log.seek(0, os.SEEK_END), BLOCK
    while True:
        start = max(0, end - length)
        log.seek(start)
        tail: bytes = log.read()
        if start == 0 or tail.count(b"\n") > 1:
            return tail
        length *= 4


def _drop_torn_end(log: Any) -> None:
    end = log.seek(0, os.SEEK_END)
    if end == 0:
        return
    tail = _tail(log)
    if not tail.endswith(b"\n"):
        log.truncate(end - len(tail) + tail.rfind(b"\n") + 1)
