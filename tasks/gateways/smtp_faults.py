"""What goes wrong on purpose at the SMTP server to try out with: a JSON file, and its rules one by one.

Beside the simple keys of :class:`Faults`, ``rules`` is a list such as
``{"at": "rcpt", "fault": "reply", "reply": "450 4.2.1 later", "share": 0.1, "skip": 2, "times": 3}``: the first rule
for a place that falls holds, and is noted in ``store/faults.jsonl``. ``at`` is a command (``connect``, ``ehlo``,
``mail``, ``rcpt``, ``data``, ``rset``, ``quit``), ``body`` for the middle of a message, ``dot`` for the final dot of
one that is then not stored, ``stored`` for after the storing and before the reply.

========  =================================================================================================
fault     what the server does
========  =================================================================================================
reply     answers ``reply``, and hangs up after a 421
reset     resets the connection; what it had said and not sent is lost
hang_up   closes the connection without an answer
silence   says nothing any more and keeps the connection open
drip      does as usual and answers one byte per ``seconds``, 1 where left out; not at ``body`` and ``dot``
garbage   answers what is no reply
========  =================================================================================================
"""

import asyncio
import random
import socket
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tasks.gateways.smtp_store import Store

FAULTS = ("reply", "reset", "hang_up", "silence", "drip", "garbage")
NOT_A_REPLY = b"\x00\xff* what?\r\n"


@dataclass
class Faults:
    """What goes wrong on purpose; shares are 0–1, the delay is in milliseconds."""

    delay_ms: float = 0.0
    reply: dict[str, Any] = field(default_factory=dict)
    drop_after_dot: float = 0.0
    without: list[str] = field(default_factory=list)
    never_after_dot: list[str] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)
    seed: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.reply.get("seed", self.seed))
        self._seen, self._fallen = Counter[int](), Counter[int]()
        for rule in self.rules:
            if rule["fault"] not in FAULTS or (rule["fault"] == "drip" and rule["at"] in ("body", "dot")):
                raise ValueError(f"there is no fault {rule['fault']} at {rule['at']}")

    def instead(self, verb: str) -> bytes | None:
        """Return the refusal to give to this verb, when its share falls on it."""
        text = self.reply.get(verb)
        if text is None or self.chance.random() >= float(self.reply.get("share", 1.0)):
            return None
        return f"{text}\r\n".encode()

    def rule(self, place: str) -> dict[str, Any]:
        """Return the rule that falls at this place now; empty where none does."""
        for number, rule in enumerate(self.rules):
            if rule["at"] != place:
                continue
            self._seen[number] += 1
            if self._seen[number] <= rule.get("skip", 0) or self._fallen[number] >= rule.get("times", 1e9):
                continue
            if self.chance.random() < float(rule.get("share", 1.0)):
                self._fallen[number] += 1
                return rule
        return {}


class Misbehaving(asyncio.Protocol):
    """The part of a connection that does what the rules say."""

    _faults: Faults
    _store: Store
    _transport: asyncio.Transport
    _number: int
    _replies: bytearray
    _buffer: bytearray
    _busy: bool
    _closing: bool

    def _work(self) -> None:
        """Go on with what has come."""
        raise NotImplementedError

    def _misbehave(self, place: str, usual: Callable[[], bytes] = bytes) -> bool:
        """Do what a rule for this place says, if one falls, instead of the ``usual`` answer; whether one has."""
        rule = self._faults.rule(place)
        if not rule:
            return False
        self._store.note_fault(place, rule["fault"], self._number)
        match rule["fault"]:
            case "reply":
                self._replies += f"{rule['reply']}\r\n".encode()
                self._closing = rule["reply"].startswith("421")
            case "reset":
                self._reset()
            case "hang_up":
                self._closing = True
            case "silence":
                self._busy = True
            case "drip":
                self._busy = True
                asyncio.get_running_loop().call_soon(self._drip, usual(), float(rule.get("seconds", 1.0)))
            case _:
                self._replies += NOT_A_REPLY
        return True

    def _reset(self) -> None:
        """Hang up so that the other side sees a reset (RST): no lingering, nothing more is sent."""
        if (line := self._transport.get_extra_info("socket")) is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._replies.clear()
        self._buffer.clear()
        self._closing = True
        self._transport.abort()

    def _drip(self, rest: bytes, seconds: float) -> None:
        if self._transport.is_closing():
            return
        self._transport.write(rest[:1])
        if rest[1:]:
            asyncio.get_running_loop().call_later(seconds, self._drip, rest[1:], seconds)
        else:
            self._busy = False
            self._work()
