"""What goes wrong on purpose at the HTTP gateways: a JSON file with one rule per fault.

``{"seed": 0, "rules": [{"fault": "status", "status": 503, "method": "PUT", "share": 0.5, "skip": 2, "times": 3}]}``:
the first rule that falls on a request holds. ``share`` of 0–1 is 1 where left out, ``skip`` requests are let through
first, ``times`` is how often the rule falls, always where left out, and ``method`` any.

======================  ==========================================================================
fault                   what the gateway does
======================  ==========================================================================
status                  answers ``status`` and takes nothing; ``headers`` go along, such as Retry-After
taken_status            takes the request and answers ``status`` all the same
silence_before          reads the head alone and says nothing
silence_after           takes the request and says nothing
hang_up_before          hangs up without reading the body
hang_up_after           takes the request and hangs up
half                    takes it and hangs up in the middle of its answer
garbage                 takes it and answers what is no JSON
huge                    takes it and answers ``bytes`` of spaces, 10 MB where left out
slow                    takes it and answers one byte per ``seconds``, 1 where left out
late                    takes it and answers as it should, after ``seconds``
======================  ==========================================================================
"""

import contextlib
import json
import random
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

BEFORE = frozenset({"status", "silence_before", "hang_up_before"})
LONGEST_SILENCE = 600.0
HUGE = 10_000_000


class HttpFaults:
    """The rules of a file; shared by every thread of a gateway."""

    def __init__(self, path: Path | None = None) -> None:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path else {}
        self._rules: list[dict[str, Any]] = content.get("rules", [])
        self._chance = random.Random(content.get("seed", 0))
        self._seen, self._fallen = Counter[int](), Counter[int]()
        self._lock = threading.Lock()

    def next(self, method: str) -> dict[str, Any]:
        """Return the rule that falls on this request; empty where none does."""
        with self._lock:
            for number, rule in enumerate(self._rules):
                if rule.get("method", method) != method:
                    continue
                self._seen[number] += 1
                if self._seen[number] <= rule.get("skip", 0) or self._fallen[number] >= rule.get("times", 1e9):
                    continue
                if self._chance.random() < float(rule.get("share", 1.0)):
                    self._fallen[number] += 1
                    return rule
        return {}


def refuse(handler: BaseHTTPRequestHandler, rule: dict[str, Any]) -> bool:
    """Do what a rule says instead of reading the request; returns whether it has."""
    fault = rule.get("fault")
    if fault not in BEFORE:
        return False
    handler.close_connection = True
    if fault == "status":
        with contextlib.suppress(ValueError):
            handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        _head(handler, rule, b"{}")
        handler.wfile.write(b"{}")
    elif fault == "silence_before":
        _wait_for_the_end(handler)
    return True


def spoil(handler: BaseHTTPRequestHandler, rule: dict[str, Any], body: bytes) -> bool:
    """Do what a rule says instead of answering with this body; returns whether it has."""
    fault = rule.get("fault")
    if fault == "late":
        time.sleep(float(rule["seconds"]))
    if fault in (None, "late"):
        return False
    handler.close_connection = True
    with contextlib.suppress(OSError):
        if fault == "silence_after":
            _wait_for_the_end(handler)
        elif fault == "half":
            _head(handler, rule, body)
            handler.wfile.write(body[: len(body) // 2])
        elif fault == "slow":
            _drip(handler, body, float(rule.get("seconds", 1.0)))
        elif fault in ("garbage", "huge", "taken_status"):
            content = {"garbage": b'{"id": "', "huge": b" " * int(rule.get("bytes", HUGE))}.get(str(fault), body)
            _head(handler, rule, content)
            handler.wfile.write(content)
    return True


def _head(handler: BaseHTTPRequestHandler, rule: dict[str, Any], body: bytes) -> None:
    handler.send_response(int(rule.get("status", 200)))
    for name, value in rule.get("headers", {}).items():
        handler.send_header(name, str(value))
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.send_header("Connection", "close")
    handler.end_headers()


def _drip(handler: BaseHTTPRequestHandler, body: bytes, seconds: float) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    for byte in head + body:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(seconds)


def _wait_for_the_end(handler: BaseHTTPRequestHandler) -> None:
    """Say nothing until the other side gives up."""
    handler.connection.settimeout(LONGEST_SILENCE)
    with contextlib.suppress(OSError):
        while handler.connection.recv(65_536):
            pass
