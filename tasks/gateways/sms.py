"""An SMS gateway to try out with, in the shape of the 46elks API: one file per accepted message, before it says so.

``POST /sms`` takes a form with from, to and message and answers in JSON with id and parts. ``store/<id>.json`` holds
what was accepted. The header ``Idempotency-Key`` names a message: the same key again gives the same answer and is not
stored twice.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from tasks.text_message import count

MOST_BYTES = 100_000
SENDER = re.compile(r"[A-Za-zÅÄÖåäö][A-Za-zÅÄÖåäö0-9]{0,10}|\+\d{7,15}")
RECIPIENT = re.compile(r"\+[1-9]\d{6,14}")
KEY = re.compile(r"[\w-]{1,64}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_POST(self) -> None:
        """Take one message."""
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
        else:
            self._answer(200, _kept(self.server.store, key, fields))

    def log_message(self, format: str, *arguments: Any) -> None:
        """Write no log: a request line could hold an address."""

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, store: Path) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.store = store


def _problem(fields: dict[str, str], key: str) -> str:
    checks = (
        (SENDER.fullmatch(fields.get("from", "")), "from"), (RECIPIENT.fullmatch(fields.get("to", "")), "to"),
        (fields.get("message"), "message"), (KEY.fullmatch(key), "Idempotency-Key"),
    )  # fmt: skip
    return next((f"unusable {name}" for sound, name in checks if not sound), "")


def _kept(store: Path, key: str, fields: dict[str, str]) -> dict[str, Any]:
    """Store a message under its key, unless it is there, and return what was stored first."""
    path, counted = store / f"{key}.json", count(fields["message"])
    taken = {"id": f"s{key}", "status": "created", **fields, "alphabet": counted.alphabet, "parts": counted.parts}
    draft = store / f".{key}.{uuid.uuid4().hex}.draft"
    draft.write_text(json.dumps(taken, ensure_ascii=False), encoding="utf-8")
    try:
        os.link(draft, path)
    except FileExistsError:
        taken = json.loads(path.read_text(encoding="utf-8"))
    draft.unlink()
    return taken


def serve(port: int, store: Path) -> None:
    """Serve on 127.0.0.1 until killed; prints ``listening on 127.0.0.1:PORT``, a free port for port 0."""
    store.mkdir(parents=True, exist_ok=True)
    server = _Server(port, store)
    sys.stdout.write(f"listening on 127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


@contextmanager
def running_gateway(store: Path, port: int = 0) -> Iterator[str]:
    """Run the gateway as a process of its own and yield its URL; it is killed at the end of the block."""
    command = [sys.executable, "-m", "tasks.gateways.sms", "--port", str(port), "--store", str(store)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        answer = process.stdout.readline()
        if not answer:
            raise OSError("the SMS gateway could not start; is the port taken?")
        yield f"http://{answer.split()[-1]}/sms"
    finally:
        process.kill()
        process.communicate()


def accepted(store: Path) -> list[dict[str, Any]]:
    """Return every message of a store: id, from, to, message, alphabet and parts, in order of their keys."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(store.glob("[!.]*.json"))]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="tasks.gateways.sms")
    parser.add_argument("--port", type=int, default=2526)
    parser.add_argument("--store", type=Path, required=True)
    options = parser.parse_args()
    serve(options.port, options.store)
