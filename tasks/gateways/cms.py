"""A content management system to try out with: pages over HTTP, every version kept, every request in a log.

``PUT /pages/RUN/sv.html`` puts a page or its Atom entry, ``DELETE`` removes it, ``GET`` shows it. ``store/RUN/sv.html``
is what stands; ``store/.versions/RUN/sv.html/0001`` and so on is what stood; ``store/log.jsonl`` has a line a request:
method, path, status, key and version. The same bytes again make no new version.
"""

import argparse
import contextlib
import hmac
import json
import os
import re
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tasks.gateways.http_faults import HttpFaults, refuse, spoil
from tasks.gateways.running import running

MOST_BYTES = 10_000_000
PAGE = re.compile(r"/pages/(?P<run>[^/.][^/]{0,127})/(?P<name>[\w-]{1,40}\.(?:html|atom))")
TYPES = {".html": "text/html; charset=utf-8", ".atom": "application/atom+xml; charset=utf-8"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def do_PUT(self) -> None:
        """Put a page."""
        self._change("PUT")

    def do_DELETE(self) -> None:
        """Remove a page."""
        self._change("DELETE")

    def do_GET(self) -> None:
        """Show a page to whoever asks."""
        path = self._page()
        if path is None or not path.is_file():
            return self._answer(404, {"error": "no such page"})
        return self._say(200, path.read_bytes(), TYPES[path.suffix])

    def _change(self, method: str) -> None:
        rule, path = self.server.faults.next(method), self._page()
        if refuse(self, rule):
            self._log(method, f"fault {rule['fault']}")
            return
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length) if length <= MOST_BYTES else b""
        if not self._is_allowed():
            status, answer = 401, {"error": "the token is wrong"}
        elif path is None or length > MOST_BYTES:
            status, answer = (404, {"error": "no such place"}) if path is None else (413, {"error": "too long"})
        else:
            with self.server.lock:
                status, answer = self._put(path, content) if method == "PUT" else self._remove(path)
        self._log(method, status, int(answer.get("version", 0)))
        if not spoil(self, rule, json.dumps(answer).encode()):
            self._answer(status, answer)

    def _is_allowed(self) -> bool:
        given = (self.headers.get("Authorization") or "").encode()
        return not self.server.authorization or hmac.compare_digest(given, self.server.authorization)

    def _put(self, path: Path, content: bytes) -> tuple[int, dict[str, Any]]:
        kept = self.server.store / ".versions" / path.relative_to(self.server.store)
        kept.mkdir(parents=True, exist_ok=True)
        versions = sorted(kept.iterdir())
        was_there = path.is_file()
        if not (was_there and path.read_bytes() == content):
            versions.append(kept / f"{len(versions) + 1:04}")
            versions[-1].write_bytes(content)
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{uuid.uuid4().hex}")
            draft.write_bytes(content)
            os.replace(draft, path)
        return 200 if was_there else 201, {"id": path.name, "version": len(versions)}

    def _remove(self, path: Path) -> tuple[int, dict[str, Any]]:
        if not path.is_file():
            return 404, {"error": "no such page"}
        path.unlink()
        with contextlib.suppress(OSError):
            path.parent.rmdir()
        return 200, {"id": path.name}

    def _page(self) -> Path | None:
        match = PAGE.fullmatch(unquote(self.path))
        return self.server.store / match["run"] / match["name"] if match else None

    def _log(self, method: str, status: int | str, version: int = 0) -> None:
        key = self.headers.get("Idempotency-Key")
        line = {"method": method, "path": self.path, "status": status, "key": key, "version": version}
        with (self.server.store / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")

    def log_message(self, format: str, *arguments: Any) -> None:
        """Write nothing to the terminal: the log has it."""

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        self._say(status, json.dumps(content).encode(), "application/json")

    def _say(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """The system; ``server_port`` is the port it listens on."""

    daemon_threads = True

    def __init__(self, port: int, store: Path, faults: Path | None, token: str) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.store, self.faults, self.lock = store, HttpFaults(faults), threading.Lock()
        self.authorization = f"Bearer {token}".encode() if token else b""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a sender that was killed hangs up."""


def serve(port: int, store: Path, faults: Path | None = None, token: str = "") -> None:
    """Serve on 127.0.0.1 until killed; prints ``listening on 127.0.0.1:PORT``, a free port for port 0."""
    store.mkdir(parents=True, exist_ok=True)
    server = Server(port, store, faults, token)
    sys.stdout.write(f"listening on 127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


@contextmanager
def running_gateway(store: Path, faults: Path | None = None, token: str = "") -> Iterator[str]:
    """Run the system as a process of its own and yield the URL for pages; it is killed at the end of the block."""
    with running("tasks.gateways.cms", store, faults, environment={"BUDKAVLE_WEB_TOKEN": token}) as address:
        yield f"http://{address}/pages"


def requests_in(store: Path) -> list[dict[str, Any]]:
    """Return the log of a store: method, path, status, key and version of each request, in order."""
    path = store / "log.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="tasks.gateways.cms")
    parser.add_argument("--port", type=int, default=2527)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--faults", type=Path)
    options = parser.parse_args()
    serve(options.port, options.store, options.faults, os.environ.get("BUDKAVLE_WEB_TOKEN", ""))
