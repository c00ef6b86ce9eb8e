"""An SMS gateway to try out with, in the shape of the 46elks API: one file per accepted message, before it says so.

``POST /sms`` takes a form with from, to, message and whendelivered, and answers in JSON with id and parts.
``store/<id>.json`` holds what was accepted. The header ``Idempotency-Key`` names a message: the same key again gives
the same answer and is not stored twice. ``GET /sms?to=…&end=…`` lists what was taken, with the keys. Each message
taken is told to its ``whendelivered``, as delivered or as the faults file says under ``receipts``. ``store/log.jsonl``
has a line per request that came whole, with its key and whether its message is new.
"""

import argparse
import contextlib
import json
import os
import queue
import re
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from tasks.gateways.http_faults import HttpFaults, refuse, spoil
from tasks.gateways.running import running
from tasks.text_message import count

MOST_BYTES = 100_000
MOST_LISTED = 100
SENDER = re.compile(r"[A-Za-zÅÄÖåäö][A-Za-zÅÄÖåäö0-9]{0,10}|\+\d{7,15}")
RECIPIENT = re.compile(r"\+[1-9]\d{6,14}")
KEY = re.compile(r"[\w-]{1,64}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits for the sender to acknowledge its head
    server: "Server"

    def do_POST(self) -> None:
        """Take one message."""
        rule = self.server.faults.next("POST")
        if refuse(self, rule):
            return
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_BYTES:
            self.close_connection = True
            self._answer(413, {"error": "too long"})
            return
        form = parse_qs(self.rfile.read(length).decode("utf-8", "replace"), keep_blank_values=True)
        fields = {name: values[0] for name, values in form.items()}
        key = self.headers.get("Idempotency-Key") or uuid.uuid4().hex
        if problem := _problem(fields, key):
            self._answer(400, {"error": problem})
            return
        taken, is_new = _kept(self.server.store, key, fields)
        self.server.note(key, is_new)
        if is_new and fields.get("whendelivered"):
            self.server.receipts.put(taken)
        if not spoil(self, rule, json.dumps(taken).encode()):
            self._answer(200, taken)

    def do_GET(self) -> None:
        """List what was taken, the newest first, of one recipient and after a time."""
        rule = self.server.faults.next("GET")
        if refuse(self, rule):
            return
        wanted = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        taken = [each for each in accepted(self.server.store) if each["to"] == wanted.get("to", each["to"])]
        found = [each for each in taken if each["created"] >= wanted.get("end", "")]
        newest = sorted(found, key=lambda each: str(each["created"]), reverse=True)[:MOST_LISTED]
        if not spoil(self, rule, json.dumps({"data": newest}).encode()):
            self._answer(200, {"data": newest})

    def log_message(self, format: str, *arguments: Any) -> None:
        """Write no log: a request line could hold an address."""

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """The gateway; ``server_port`` is the port it listens on."""

    daemon_threads = True

    def __init__(self, port: int, store: Path, faults: Path | None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.store, self.faults = store, HttpFaults(faults)
        told = json.loads(faults.read_text(encoding="utf-8")).get("receipts", {}) if faults else {}
        self.receipts: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        threading.Thread(
            target=self._tell, args=(told.get("status", "delivered"), told.get("repeat", 1)), daemon=True
        ).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a sender that was killed hangs up."""

    def note(self, key: str, is_new: bool) -> None:
        """Write into the log that a request came whole."""
        with (self.store / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps({"key": key, "new": is_new}) + "\n")

    def _tell(self, status: str, repeat: int) -> None:
        """Give the receipts of messages taken, first that each was sent and then what became of it."""
        while True:
            taken = self.receipts.get()
            moment = datetime.now(UTC).replace(tzinfo=None).isoformat()
            fate = {"id": taken["id"], "status": status} | ({"delivered": moment} if status == "delivered" else {})
            for form in ({"id": taken["id"], "status": "sent"}, *[fate] * repeat):
                with contextlib.suppress(requests.RequestException):
                    requests.post(taken["whendelivered"], form, timeout=10)


def _problem(fields: dict[str, str], key: str) -> str:
    checks = (
        (SENDER.fullmatch(fields.get("from", "")), "from"), (RECIPIENT.fullmatch(fields.get("to", "")), "to"),
        (fields.get("message"), "message"), (KEY.fullmatch(key), "Idempotency-Key"),
    )  # fmt: skip
    return next((f"unusable {name}" for sound, name in checks if not sound), "")


def _kept(store: Path, key: str, fields: dict[str, str]) -> tuple[dict[str, Any], bool]:
    """Store a message under its key, unless it is there; return what was stored first, and whether it is this."""
    path, counted = store / f"{key}.json", count(fields["message"])
    created = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    taken = {"id": f"s{key}", "status": "created", "created": created, "idempotency_key": key, **fields,
             "alphabet": counted.alphabet, "parts": counted.parts}  # fmt: skip
    draft = store / f".{key}.{uuid.uuid4().hex}.draft"
    draft.write_text(json.dumps(taken, ensure_ascii=False), encoding="utf-8")
    is_new = True
    try:
        os.link(draft, path)
    except FileExistsError:
        taken, is_new = json.loads(path.read_text(encoding="utf-8")), False
    draft.unlink()
    return taken, is_new


def serve(port: int, store: Path, faults: Path | None = None) -> None:
    """Serve on 127.0.0.1 until killed; prints ``listening on 127.0.0.1:PORT``, a free port for port 0."""
    os.umask(0o077)
    store.mkdir(parents=True, exist_ok=True)
    server = Server(port, store, faults)
    sys.stdout.write(f"listening on 127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


@contextmanager
def running_gateway(store: Path, faults: Path | None = None, port: int = 0) -> Iterator[str]:
    """Run the gateway as a process of its own and yield its URL; it is killed at the end of the block."""
    with running("tasks.gateways.sms", store, faults, port=port) as address:
        yield f"http://{address}/sms"


def requests_in(store: Path) -> list[dict[str, Any]]:
    """Return the log of a store: key, and whether the message was new, of each request that came whole, in order."""
    path = store / "log.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def accepted(store: Path) -> list[dict[str, Any]]:
    """Return every message of a store: id, from, to, message, alphabet and parts, in order of their keys."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(store.glob("[!.]*.json"))]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="tasks.gateways.sms")
    parser.add_argument("--port", type=int, default=2526)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--faults", type=Path)
    options = parser.parse_args()
    serve(options.port, options.store, options.faults)
